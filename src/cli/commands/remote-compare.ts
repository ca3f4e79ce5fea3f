// ft remote compare: a checkpoint at Tinker and its base model, or two checkpoints, scored on the same rows.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { defineCommand } from "../define-command.ts";
import { AskingFlags, askingOf, remoteOptions, sideBySide } from "../remote.ts";
import { downloadNote } from "../render/download.ts";
import { table } from "../render/table.ts";

export const remoteCompareCommand = defineCommand({
  name: "remote compare",
  summary: "Score a checkpoint at Tinker beside its base model, or beside another one",
  options: AskingFlags.extend({
    loraCheckpoint: z
      .string()
      .describe("tinker:// address, a run's folder, or a pattern over either: the newest counts")
      .register(flags, { aliases: ["lora-weights"], short: "l", value: "GLOB" }),
    against: z
      .string()
      .optional()
      .describe("Another checkpoint, instead of the base model")
      .register(flags, { value: "GLOB" }),
    data: z
      .string()
      .describe("Rows with prompts and reference answers")
      .register(flags, { short: "d", value: "PATH" }),
    limit: z
      .int()
      .min(1)
      .default(50)
      .describe("Number of rows, from the first")
      .register(flags, { value: "N" }),
    metrics: z
      .array(z.string())
      .default(["rougeL", "chrf", "perplexity"])
      .describe("Metrics, as in ft evaluate")
      .register(flags, { value: "NAMES" }),
    output: z
      .string()
      .optional()
      .describe("Write the full report to this file")
      .register(flags, { short: "o", value: "FILE" }),
    temperature: z
      .number()
      .min(0)
      .default(0)
      .describe("Sampling temperature; 0 always takes the most likely token"),
  }),
  examples: [
    "ft remote compare --lora-checkpoint ./night --data held-out.jsonl",
    'ft remote compare --lora-checkpoint ./night --against "./before/*" --data held-out.jsonl --json',
  ],
  run: async ({ options }, io) => {
    const { compareRemote } = await import("../../app/remote/compare-remote.ts");
    const { loraCheckpoint, against, data, limit, metrics, template, output } = options;
    const result = await compareRemote(
      {
        ...{ checkpoint: loraCheckpoint, against, data, limit, metrics, template, output },
        asking: askingOf(options),
      },
      { ...remoteOptions(io), onDownload: downloadNote(io) },
    );
    const { base, tuned } = result.scores;
    io.show(result, () =>
      [
        sideBySide(result.prompts.slice(0, 3), { base: result.base, tuned: result.tuned }),
        table(metrics, [
          { title: "METRIC", value: (name) => name },
          { title: "BASE", value: (name) => (base[name] ?? Number.NaN).toFixed(4) },
          { title: "TUNED", value: (name) => (tuned[name] ?? Number.NaN).toFixed(4) },
        ]),
      ].join("\n\n"),
    );
    if (result.left > 0) io.note(`${result.left} rows ask nothing and are left out`);
    if (output !== undefined) io.note(`written: ${output}`);
  },
});
