// ft data create: rows that a model writes after documents.
import { defineCommand } from "../define-command.ts";
import { MakingOptions, runMaking, savedMaking } from "./making-options.ts";
import { projectDefaults } from "./project-defaults.ts";

export const dataCreate = defineCommand({
  name: "data create",
  section: "Make rows",
  summary: "Generate rows from documents with a model",
  arguments: { paths: { about: "Documents: files, folders, patterns", many: true } },
  options: MakingOptions,
  standing: projectDefaults,
  saved: savedMaking,
  examples: [
    "ft data create handbook/ --count 200 -o rows.jsonl",
    "ft data create handbook/ --provider local -o rows.jsonl",
    "ft data create handbook/ --provider openai --model gpt-5-mini --count 500 --estimate -o rows.jsonl",
  ],
  run: async ({ operands, environment, options }, io) =>
    await runMaking(options, { mode: "create", paths: operands }, { io, environment }),
});
