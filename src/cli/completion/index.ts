// The shells that ft completes for; the next one is one file and one line here.
import { UsageError } from "../../core/errors.ts";
import { Registry } from "../../core/registry.ts";
import type { Command } from "../define-command.ts";
import { bashScript } from "./bash.ts";
import { fishScript } from "./fish.ts";
import { type CompletionWords, completionWords } from "./words.ts";
import { zshScript } from "./zsh.ts";

type ScriptOf = (words: CompletionWords) => string;

export const shells = new Registry<ScriptOf>(
  { bash: bashScript, zsh: zshScript, fish: fishScript },
  ({ name, known }) =>
    new UsageError("FT-USAGE-017", {
      message: `There is no completion for '${name}'. Shells: [${known.join(", ")}]`,
      hint: "ft completion bash",
    }),
);

/** The script that makes `shell` complete these commands. @throws UsageError FT-USAGE-017 for another shell. */
export const completionScript = (shell: string, commands: readonly Command[]): string =>
  shells.get(shell)(completionWords(commands));
