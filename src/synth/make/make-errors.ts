// The errors of making rows.
import { ConfigError, DataError, UsageError } from "../../core/errors.ts";

export function missingPrompt(mode: string, folders: readonly string[]): ConfigError {
  return new ConfigError("FT-MAKE-001", {
    message: `there is no prompt ${mode}.md in ${folders.join(", ")}`,
    hint: "Leave --prompts out to use the built-in prompts",
  });
}

export function badPrompt(file: string, problem: string): ConfigError {
  return new ConfigError("FT-MAKE-002", {
    at: { file },
    message: problem,
    hint: "A prompt file has a heading ## System, then a heading ## Prompt; see docs/making-data.md",
  });
}

export function nothingToRestOn(paths: readonly string[]): DataError {
  return new DataError("FT-MAKE-003", {
    message: `there is no text in ${paths.join(", ")}`,
    hint: "Name documents with text in them, or ft data custom --prompt-file FILE for rows without any",
  });
}

export function noInstructions(): UsageError {
  return new UsageError("FT-MAKE-004", {
    message: "no prompt is given that says what to write",
    hint: "ft data custom --prompt-file prompt.txt",
  });
}
