// Data: which sets there are, what is in one, whether a service or a trainer takes it.
import { z } from "zod";
import { defineTool } from "./types.ts";

const file = z.string().describe("A file of JSON lines, or NAME or NAME@3 of the store");

export const listData = defineTool({
  title: "List data sets",
  about:
    "Sets that ship with ft, sets of the store with their versions, and files of rows in folders.",
  writes: false,
  input: z.strictObject({
    folders: z.array(z.string()).default(["."]).describe("Folders to look through"),
  }),
  run: async ({ folders }, { environment, places }) => {
    const { listSets } = await import("../../app/data/list-sets.ts");
    return await listSets(environment, { folders: folders.map((name) => places.file(name)) });
  },
});

export const describeData = defineTool({
  title: "Describe a data set",
  about: "Rows, turns, characters and tokens of a set, and by which fields it divides.",
  writes: false,
  input: z.strictObject({
    file,
    encoding: z.string().default("o200k").describe("How tokens are counted: o200k, llama3, …"),
    by: z.array(z.string()).default([]).describe("Fields by whose values rows are counted"),
  }),
  run: async ({ file: name, encoding, by }, { environment, places }) => {
    const { datasetStatistics } = await import("../../app/data/statistics.ts");
    return await datasetStatistics(environment, { files: [places.named(name)], encoding, by });
  },
});

const mostFindings = 50;

export const validateData = defineTool({
  title: "Validate a data set",
  about:
    "Holds a file of rows against what a service or trainer takes. Each finding has code, line, field, message and " +
    "the hint that fixes it; at most fifty errors and fifty warnings are listed, all are counted.",
  writes: false,
  input: z.strictObject({
    file,
    profile: z.string().default("mlx-lm").describe("openai-sft, mistral, trl, mlx-lm, …"),
    validation: z.string().optional().describe("Rows for validation, checked beside it"),
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
