// ft runs prune: forget runs whose folders are gone, and free the disk of checkpoints that are not needed.
import { z } from "zod";
import { type KeptInput, pruneKeptInput } from "../../app/data/kept-input.ts";
import { formatBytes } from "../../core/units.ts";
import { type Pruned, pruneRuns } from "../../runs/index.ts";
import { defineCommand } from "../define-command.ts";

type Removed = Pruned & { input: KeptInput[] };

function prunedText({ forgotten, checkpoints, input, bytes }: Removed, dryRun: boolean): string {
  const [forget, remove] = dryRun ? ["would forget", "would remove"] : ["forgot", "removed"];
  const lines = [
    ...forgotten.map(({ runId, outputDir }) => `${forget} ${runId}: ${outputDir} is gone`),
    ...input.map(({ path, bytes: size }) => `${remove} piped rows ${path} (${formatBytes(size)})`),
    ...checkpoints.map(({ path, bytes: size }) => `${remove} ${path} (${formatBytes(size)})`),
  ];
  if (lines.length === 0) return "Nothing to do.";
  return checkpoints.length === 0 ? lines.join("\n") : [...lines, formatBytes(bytes)].join("\n");
}

export const runsPrune = defineCommand({
  name: "runs prune",
  summary: "Remove the records of runs whose folders are gone, and checkpoints that are not needed",
  options: z.strictObject({
    checkpoints: z
      .boolean()
      .default(false)
      .describe("In completed runs, remove all checkpoints except the best and the latest"),
    dryRun: z.boolean().default(false).describe("Show what would be removed; remove nothing"),
  }),
  examples: ["ft runs prune", "ft runs prune --checkpoints --dry-run"],
  run: async ({ options }, io) => {
    const input = pruneKeptInput(options);
    const pruned = { ...pruneRuns(options), input };
    io.show(pruned, () => prunedText(pruned, options.dryRun));
  },
});
