// ft data hybrid: conversations that documents hold, and the missing ones written by a model.
import { defineCommand } from "../define-command.ts";
import { MakingOptions, runMaking } from "./making-options.ts";
import { projectDefaults } from "./project-defaults.ts";

export const dataHybrid = defineCommand({
  name: "data hybrid",
  summary: "Conversations that documents hold, and as many more written by a model as are missing",
  arguments: { paths: { about: "Documents: files, folders, patterns", many: true } },
  options: MakingOptions,
  standingOptions: projectDefaults,
  examples: ["ft data hybrid support/ --count 300 -o rows.jsonl"],
  run: async ({ operands, options }, io) =>
    await runMaking(options, { mode: "hybrid", paths: operands, keepsFound: true }, io),
});
