// ft data prepare: rows for training from files, sets of the hub and mixtures of both.
import { z } from "zod";
import type { PreparedRows } from "../../app/data/prepare.ts";
import { flags } from "../../core/flags.ts";
import { profiles } from "../../synth/profiles/registry.ts";
import { defineCommand } from "../define-command.ts";
import { downloadNote } from "../render/download.ts";
import { lossesText } from "../render/losses.ts";
import { outOption } from "./data-fix.ts";
import { hubSplitOptions } from "./hub-options.ts";
import { revisionOption } from "./revision-option.ts";

const samples = (set: string): z.ZodOptional<z.ZodInt> =>
  z
    .int()
    .min(0)
    .optional()
    .describe(`Draw this many rows of ${set} (hub)`)
    .register(flags, { value: "N" });

function preparedText({ out, to, written, sources, losses, leftOut }: PreparedRows): string {
  const from = sources.map(({ source, rows, license }) => {
    const known = license === null ? "" : `, licence ${license}`;
    return `${source}: ${rows} rows${known}`;
  });
  return [
    ...lossesText({ losses, refused: leftOut }),
    ...from,
    `${out}: ${written} rows, as ${to}`,
  ].join("\n");
}

export const dataPrepare = defineCommand({
  name: "data prepare",
  section: "Read and write",
  summary: "Write rows for training from files, datasets of the Hub, or a mixture of them",
  arguments: {
    files: { about: "JSON, JSON lines, CSV, TSV, Parquet or text", optional: true, many: true },
  },
  options: z.strictObject({
    out: outOption,
    hf: z
      .string()
      .optional()
      .describe("Dataset of the Hub, fetched into the cache")
      .register(flags, { value: "ORG/NAME" }),
    ...hubSplitOptions,
    revision: revisionOption,
    maxExamples: z
      .int()
      .min(1)
      .optional()
      .describe("Take this many rows from the start")
      .register(flags, { value: "N" }),
    mix: z
      .record(z.string(), z.int().min(0))
      .default({})
      .describe("Rows to draw of each: a.jsonl=100,hf://org/name:split=50")
      .register(flags, { value: "SOURCE=N" }),
    lmsysSamples: samples("lmsys/lmsys-chat-1m"),
    magpieSamples: samples("Magpie-Align/magpie-llama-3.1-pro-300k-filtered"),
    prosocialSamples: samples("allenai/prosocial-dialog"),
    columns: z
      .record(z.string(), z.string())
      .optional()
      .describe("Map columns of other names to fields: prompt=question,completion=answer")
      .register(flags, { value: "FIELD=COLUMN" }),
    from: z
      .string()
      .optional()
      .describe("Profile or format of the input rows; default: detected row by row")
      .register(flags, { short: "f", value: "NAME" }),
    to: z
      .string()
      .default("trl")
      .describe("Profile whose form is written; trl: messages where a row is a conversation")
      .register(flags, { short: "t", value: "NAME", choices: () => profiles.names() }),
    seed: z.int().default(42).describe("Seed of the mixture"),
    keepSource: z
      .boolean()
      .default(false)
      .describe("Also write id, source and meta, if the format allows extra fields"),
  }),
  saved: { without: [] },
  examples: [
    "ft data prepare support.csv -o train.jsonl --columns prompt=question,completion=answer",
    "ft data prepare --hf HuggingFaceH4/ultrachat_200k --split train_sft --max-examples 1000 -o chats.jsonl",
    "ft data prepare --mix mine.jsonl=400,hf://HuggingFaceH4/ultrachat_200k:train_sft=1600 --seed 7 -o mixed.jsonl",
  ],
  run: async ({ operands, options }, io) => {
    const { prepareRows } = await import("../../app/data/prepare.ts");
    const { lmsysSamples, magpieSamples, prosocialSamples, keepSource, ...rest } = options;
    const drawn = { lmsys: lmsysSamples, magpie: magpieSamples, prosocial: prosocialSamples };
    const asked = Object.entries(drawn).filter(([, count]) => count !== undefined);
    const told = await prepareRows({
      ...rest,
      files: operands,
      samples: Object.fromEntries(asked),
      keepsSource: keepSource,
      onProgress: downloadNote(io),
      signal: io.signal,
    });
    io.show(told, () => preparedText(told));
  },
});
