// ft data sample: some rows of a dataset, drawn by a seed.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { defineCommand } from "../define-command.ts";

export const dataSample = defineCommand({
  name: "data sample",
  section: "Look at sets",
  summary: "Draw a sample of rows, in proportion to each topic or evenly",
  arguments: { file: { about: "JSON lines, or NAME or NAME@3 of the store" } },
  options: z.strictObject({
    output: z.string().describe("Where the rows go").register(flags, { short: "o", value: "FILE" }),
    count: z.int().min(1).optional().describe("Rows to draw").register(flags, { short: "n" }),
    share: z.number().gt(0).max(1).optional().describe("Share of all rows to draw"),
    stratify: z
      .string()
      .optional()
      .describe("Each value of this field has its share: topic, source, meta.language")
      .register(flags, { value: "KEY" }),
    even: z
      .boolean()
      .default(false)
      .describe("Draw the same number of rows of each value, if it has enough"),
    seed: z.int().default(0).describe("Seed of the choice of rows"),
  }),
  examples: [
    "ft data sample rows.jsonl -n 100 -o some.jsonl",
    "ft data sample rows.jsonl --share 0.1 --stratify topic --even -o some.jsonl",
  ],
  run: async ({ arguments: { file = "" }, options }, io) => {
    const { sampleDataset } = await import("../../app/data/sample.ts");
    const told = await sampleDataset(io.environment, { file, ...options });
    io.show(told, () => `${told.drawn} of ${told.rows} rows`);
  },
});
