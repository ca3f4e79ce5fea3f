// ft runs delete: remove runs for good, after asking.
import { z } from "zod";
import { UsageError } from "../../core/errors.ts";
import { flags } from "../../core/flags.ts";
import { deleteRun, showRun } from "../../runs/index.ts";
import { defineCommand } from "../define-command.ts";

export const runsDelete = defineCommand({
  name: "runs delete",
  summary: "Remove runs for good: folders, checkpoints and final models",
  arguments: { run: { about: "Id, the start of an id, or a run folder", many: true } },
  options: z.strictObject({
    yes: z.boolean().default(false).describe("Do not ask").register(flags, { short: "y" }),
  }),
  examples: ["ft runs delete ./output", "ft runs delete 20261121-120226-4f9a1c --yes"],
  run: async ({ operands, options }, io) => {
    const runs = operands.map((name) => showRun(name));
    const folders = runs.map(({ outputDir }) => outputDir);
    if (!options.yes && !(await io.confirm(`Remove ${folders.join(", ")}?`))) {
      throw new UsageError("FT-USAGE-011", {
        message: "Nothing was removed: it was not confirmed",
        hint: "--yes removes without asking",
      });
    }
    for (const run of runs) deleteRun(run);
    const deleted = runs.map(({ runId, outputDir }) => ({ runId, outputDir }));
    io.show({ deleted }, () =>
      deleted.map(({ runId, outputDir }) => `removed ${runId}: ${outputDir}`).join("\n"),
    );
  },
});
