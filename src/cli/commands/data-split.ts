// ft data split: a dataset divided for training, validation and tests, without leaks.
import { z } from "zod";
import type { SplitReport } from "../../app/data/split.ts";
import { flags } from "../../core/flags.ts";
import { ratiosOf } from "../../synth/split/ratios.ts";
import { defineCommand } from "../define-command.ts";
import { table } from "../render/table.ts";
import { projectDefaults } from "./project-defaults.ts";

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function summary({ rows, splits, units, joined, notes }: SplitReport): string {
  const lines = Object.entries(splits).map(([name, split]) => ({ name, ...split }));
  const drawn = table(lines, [
    { title: "SPLIT", value: ({ name }) => name },
    { title: "ROWS", value: ({ rows: own }) => own },
    { title: "SHARE", value: ({ share }) => percent(share) },
    { title: "WANTED", value: ({ wanted }) => percent(wanted) },
  ]);
  const warned = Object.entries(notes).map(([name, note]) => `${name}: ${note}`);
  const together = `${rows} rows in ${units} units, ${joined} of more than one row`;
  return [drawn, together, ...warned].join("\n");
}

const share = z.number().optional();

export const dataSplit = defineCommand({
  name: "data split",
  section: "Improve rows",
  summary: "Split rows into training, validation and test sets, without leaks between them",
  arguments: { file: { about: "JSON lines, or NAME or NAME@3 of the store" } },
  options: z.strictObject({
    ratios: z
      .record(z.string(), z.number())
      .optional()
      .describe("Share of each split, together 1; default: train=0.8,validation=0.2"),
    train: share.describe("Share for training, instead of --ratios"),
    val: share.describe("Share for validation"),
    test: share.describe("Share for tests"),
    stratify: z
      .string()
      .optional()
      .describe("Split each value of this field separately: source, topic, meta.language")
      .register(flags, { value: "KEY" }),
    unit: z
      .string()
      .optional()
      .describe("Rows of one value of this field stay together; default: conversation_id")
      .register(flags, { value: "KEY" }),
    clusters: z
      .boolean()
      .default(true)
      .describe("Near-duplicates stay together")
      .register(flags, { off: "Near-duplicates may be in different splits" }),
    threshold: z
      .number()
      .min(0.5)
      .max(1)
      .default(0.8)
      .describe("Rows at least this similar are near-duplicates"),
    policy: z
      .enum(["proportional", "min_one"])
      .default("proportional")
      .describe(
        "min_one: each value of --stratify has a row in every split, if it has enough rows",
      ),
    frozen: z
      .string()
      .optional()
      .describe("Assignments of an earlier split, which stay as they are")
      .register(flags, { value: "FILE" }),
    cap: z
      .record(z.string(), z.number())
      .default({})
      .describe("Most rows of a split; the rest goes to the first one without a cap"),
    seed: z.int().default(0).describe("Seed of the split"),
    assignments: z
      .string()
      .optional()
      .describe("Write one line per row: { id, split }")
      .register(flags, { value: "FILE" }),
    output: z
      .string()
      .optional()
      .describe("Folder for one file per split")
      .register(flags, { short: "o", value: "FOLDER" }),
    threads: z.int().min(0).max(64).optional().describe("Threads; default: by the number of rows"),
  }),
  standing: projectDefaults,
  saved: { without: [] },
  examples: [
    "ft data split rows.jsonl -o divided",
    "ft data split rows.jsonl --ratios train=0.8,validation=0.1,test=0.1 --stratify topic -o divided",
    "ft data split grown.jsonl --frozen assignments.jsonl --assignments assignments.jsonl",
  ],
  run: async ({ arguments: { file = "" }, options }, io) => {
    const { splitDataset } = await import("../../app/data/split.ts");
    const { ratios, train, val, test, ...rest } = options;
    const wanted = ratiosOf({ train, val, test }) ?? ratios ?? { train: 0.8, validation: 0.2 };
    const told = await splitDataset(io.environment, { file, ...rest, ratios: wanted });
    io.show(told, () => summary(told));
  },
});
