// Data: which sets there are, what is in one, whether a service or a trainer takes it.
import { z } from "zod";
import { defineTool } from "./types.ts";

const file = z.string().describe("A JSONL file, or NAME or NAME@3 for a dataset of the store");

export const listData = defineTool({
  title: "List datasets",
  about:
    "List the datasets that come with ft, the versioned datasets of the store, and the data files in folders.",
  writes: false,
  input: z.strictObject({
    folders: z.array(z.string()).default(["."]).describe("Folders to search"),
  }),
  run: async ({ folders }, { environment, places }) => {
    const { listSets } = await import("../../app/data/list-sets.ts");
    return await listSets(environment, { folders: folders.map((name) => places.file(name)) });
  },
});

export const describeData = defineTool({
  title: "Describe a dataset",
  about:
    "Count the rows, turns, characters and tokens of a dataset, also per value of chosen fields.",
  writes: false,
  input: z.strictObject({
    file,
    encoding: z.string().default("o200k").describe("Tokenizer to count with: o200k, llama3, …"),
    by: z.array(z.string()).default([]).describe("Fields to group the counts by"),
  }),
  run: async ({ file: name, encoding, by }, { environment, places }) => {
    const { datasetStatistics } = await import("../../app/data/statistics.ts");
    return await datasetStatistics(environment, { files: [places.named(name)], encoding, by });
  },
});

const mostFindings = 50;

export const validateData = defineTool({
  title: "Validate a dataset",
  about:
    "Check a file of rows against the requirements of a fine-tuning service or trainer. Each finding has a code, line, field, message and a hint that fixes it. All findings are counted; the first 50 errors and 50 warnings are listed.",
  writes: false,
  input: z.strictObject({
    file: z.string().describe("A JSONL file"),
    profile: z
      .string()
      .default("mlx-lm")
      .describe("Service or trainer: openai-sft, mistral, trl, mlx-lm, …"),
    validation: z.string().optional().describe("Validation file, checked along with it"),
  }),
  run: async ({ file: name, profile, validation }, { places }) => {
    const { validateRows } = await import("../../app/data/validate-rows.ts");
    const other = validation === undefined ? undefined : places.file(validation);
    const report = await validateRows({ file: places.file(name), profile, validation: other });
    return {
      ...report,
      errors: report.errors.slice(0, mostFindings),
      warnings: report.warnings.slice(0, mostFindings),
    };
  },
});
