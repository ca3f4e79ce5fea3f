// ft data hybrid: conversations that documents hold, and the missing ones written by a model.
import { defineCommand } from "../define-command.ts";
import { MakingOptions, runMaking, savedMaking } from "./making-options.ts";
import { projectDefaults } from "./project-defaults.ts";

export const dataHybrid = defineCommand({
  name: "data hybrid",
  section: "Make rows",
  summary: "Extract the conversations of documents, and generate as many more as are missing",
  arguments: { paths: { about: "Documents: files, folders, patterns", many: true } },
  options: MakingOptions,
  standing: projectDefaults,
  saved: savedMaking,
  examples: ["ft data hybrid support/ --count 300 -o rows.jsonl"],
  run: async ({ operands, environment, options }, io) =>
    await runMaking(
      options,
      { mode: "hybrid", paths: operands, keepsFound: true },
      { io, environment },
    ),
});
