// ft data custom: rows that a model writes as it is told, with documents or without.
import { readFileSync } from "node:fs";
import { z } from "zod";
import { UsageError } from "../../core/errors.ts";
import { flags } from "../../core/flags.ts";
import { noInstructions } from "../../synth/make/make-errors.ts";
import { defineCommand } from "../define-command.ts";
import type { Io } from "../io.ts";
import { MakingOptions, runMaking, savedMaking } from "./making-options.ts";
import { projectDefaults } from "./project-defaults.ts";

const Options = MakingOptions.extend({
  promptFile: z
    .string()
    .optional()
    .describe("File with the prompt; default: standard input")
    .register(flags, { value: "FILE" }),
});

function fileText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new UsageError("FT-MAKE-005", {
      message: `${file} cannot be read: ${(cause as Error).message}`,
      hint: "--prompt-file takes a text file",
      cause,
    });
  }
}

async function typed(io: Io): Promise<string> {
  io.talk("What shall be written? End with an empty line.");
  const typing = io.typing();
  const lines: string[] = [];
  for await (const line of typing.lines("> ")) {
    if (line.trim() === "") break;
    lines.push(line);
  }
  typing.close();
  return lines.join("\n");
}

async function instructionsOf(file: string | undefined, io: Io): Promise<string> {
  const text =
    file !== undefined ? fileText(file) : io.canAsk ? await typed(io) : await io.pipedText();
  if (text === undefined || text.trim() === "") throw noInstructions();
  return text.trim();
}

export const dataCustom = defineCommand({
  name: "data custom",
  section: "Make rows",
  summary: "Generate rows from a prompt of yours, with documents or without",
  arguments: { paths: { about: "Documents to base rows on", optional: true, many: true } },
  options: Options,
  standing: projectDefaults,
  saved: savedMaking,
  examples: [
    "ft data custom --prompt-file prompt.txt --count 50 -o rows.jsonl",
    "ft data custom recipes/ --prompt-file prompt.txt -o rows.jsonl",
  ],
  run: async ({ operands, environment, options: { promptFile, ...options } }, io) => {
    const instructions = await instructionsOf(promptFile, io);
    return await runMaking(
      options,
      { mode: "free", paths: operands, instructions },
      { io, environment },
    );
  },
});
