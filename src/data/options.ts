// Options of the training data: files, how rows become text, what is learned, how it is split.
// Not the row formats themselves.
import { z } from "zod";
import { flags } from "../core/flags.ts";
import { autoFormat, formats } from "./formats/index.ts";

export const MASKS = ["all", "assistant", "last"] as const;
export const DATA_ORDERS = ["shuffled", "sequential"] as const;
export const REASONING = ["keep", "drop", "mask"] as const;
export const TOO_LONG = ["cut", "drop", "refuse"] as const;
export const GROUPINGS = ["buckets", "pools", "none"] as const;

/** What may be named as data, for help. */
export const DATA_ABOUT =
  "JSON, JSONL, CSV, TSV or text file, a folder of such files (train, valid and test, or all to train on), " +
  "a shipped set (ft train list-data), or - for the standard input";

/** What `train_file` says when the shipped set is meant; its form follows the template. */
export const BUILTIN_DATASET = "builtin/text-to-sql";

export const DataOptions = z.strictObject({
  train_file: z
    .string()
    .default("")
    .describe(DATA_ABOUT)
    .register(flags, { long: "data", value: "PATH" }),
  validation_file: z
    .string()
    .nullable()
    .default(null)
    .describe("Validation rows; null splits them off the training rows")
    .register(flags, { value: "FILE" }),
  evaluate_test: z
    .boolean()
    .default(false)
    .describe("Evaluate on the test rows of the data's folder too, once, after the last step"),
  template: z
    .string()
    .default("auto")
    .describe(
      "Prompt template: auto (the model's own chat template, else alpaca), a name, a template file, or its text",
    )
    .register(flags, { short: "t", value: "NAME" }),
  format: z
    .string()
    .refine((name) => name === autoFormat || formats.has(name), {
      error: (issue) =>
        `Unknown data format '${String(issue.input)}'. Valid options: [${[autoFormat, ...formats.names()].join(", ")}]`,
    })
    .default(autoFormat)
    .describe("Row format; auto detects it row by row")
    .register(flags, { value: "FORMAT", choices: () => [autoFormat, ...formats.names()] }),
  max_length: z
    .int()
    .positive({ error: "Maximum length must be positive" })
    .default(2048)
    .describe("Longest row in tokens"),
  too_long: z
    .enum(TOO_LONG)
    .default("cut")
    .describe(
      "Rows longer than --max-length: cut off their end, leave them out, or refuse the data",
    ),
  document_overlap: z
    .int()
    .min(0, { error: "Document overlap must not be negative" })
    .default(0)
    .describe(
      "Of documents cut into windows (--format document): tokens that a window reads again before its own",
    ),
  validation_split: z
    .number()
    .min(0, { error: "Validation split must be between 0 and 1" })
    .lt(1, { error: "Validation split must be between 0 and 1" })
    .default(0.1)
    .describe("Share of the rows held out for validation when there is no validation file")
    .register(flags, { long: "val-split", value: "SHARE" }),
  skip_bad_rows: z
    .boolean()
    .default(false)
    .describe("Skip and list rows that cannot be used, instead of refusing the data"),
  validate_files: z
    .boolean()
    .default(true)
    .describe("Accepted for older configurations; every row is always checked before training")
    .register(flags, { hidden: true }),
  mask: z
    .enum(MASKS)
    .default("assistant")
    .describe(
      "Which tokens of a conversation are trained on: all, every assistant turn, or the last assistant turn",
    ),
  reasoning: z
    .enum(REASONING)
    .default("keep")
    .describe(
      "Reasoning before an answer (<think>…</think>, reasoning_content): learn it, remove it from the row, or show it without learning it",
    ),
  learn_empty_thoughts: z.boolean().default(false).describe("Also learn empty thinking blocks"),
  order: z
    .enum(DATA_ORDERS)
    .default("shuffled")
    .describe("Order of the rows within an epoch")
    .register(flags, { long: "data-order" }),
  packing: z
    .boolean()
    .default(false)
    .describe(
      "Pack several rows into one window of max_length tokens; the batch size then counts windows",
    ),
  grouping: z
    .enum(GROUPINGS)
    .default("buckets")
    .describe(
      "Which rows share a batch: rows of similar length with at most 32 batch shapes, rows sorted by length within 50 batches, or any",
    ),
});

export type DataOptions = z.infer<typeof DataOptions>;
