// ft runs plot: losses and learning rates of runs over each other, as a picture.
import { basename } from "node:path";
import { z } from "zod";
import { pngOf } from "../../app/png.ts";
import { writeFileAtomic } from "../../core/atomic-files.ts";
import { UsageError } from "../../core/errors.ts";
import { flags } from "../../core/flags.ts";
import { shellWord } from "../../core/shell.ts";
import { curvesOf, plotRuns, readEvents, type RunDetails, showRun } from "../../runs/index.ts";
import { defineCommand } from "../define-command.ts";

function labelOf({ runId, outputDir, model }: RunDetails): string {
  return `${basename(outputDir)} · ${model} · ${runId}`;
}

/** Throws UsageError for a kind of picture that is not drawn. */
function requireDrawn(file: string): void {
  if (!/\.(jpe?g|webp|gif|pdf|tiff?|bmp)$/i.test(file)) return;
  throw new UsageError("FT-USAGE-012", {
    message: `Runs are drawn as SVG or PNG, not as ${file.split(".").at(-1)}`,
    hint: `-o ${shellWord(file.replace(/\.\w+$/, ".png"))}`,
  });
}

export const runsPlot = defineCommand({
  name: "runs plot",
  summary: "Draw losses and learning rates of one or more runs as SVG or PNG",
  arguments: { run: { about: "Id, the start of an id, or a run folder", many: true } },
  options: z.strictObject({
    output: z
      .string()
      .default("runs.svg")
      .describe("File for the picture, .svg or .png; - writes SVG to the standard output")
      .register(flags, { short: "o", value: "FILE" }),
  }),
  examples: ["ft runs plot ./output", "ft runs plot ./output ./other -o both.png"],
  run: async ({ operands, options: { output } }, io) => {
    requireDrawn(output);
    const runs = operands.map((name) => showRun(name));
    const svg = plotRuns(
      runs.map((run) => ({ label: labelOf(run), curves: curvesOf(readEvents(run.outputDir)) })),
    );
    if (output === "-") return io.print(svg);
    await writeFileAtomic(output, /\.png$/i.test(output) ? await pngOf(svg) : svg);
    io.show({ file: output, runs: runs.map(({ runId }) => runId) }, () => `drawn: ${output}`);
  },
});
