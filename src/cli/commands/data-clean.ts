// ft data clean: rows that nobody should learn taken out, each with its reason; personal data told or masked.
import { z } from "zod";
import type { CleanReport } from "../../app/data/clean.ts";
import { UsageError } from "../../core/errors.ts";
import { flags } from "../../core/flags.ts";
import { listed } from "../../core/registry.ts";
import { cleaners } from "../../synth/clean/cleaners/registry.ts";
import { personalKinds } from "../../synth/clean/personal/kinds.ts";
import { defineCommand } from "../define-command.ts";

const usual = ["length", "duplicates", "refusals", "repeats", "boilerplate", "personal"];

function summary({ rows, kept, dropped, changed, bySteps, found, version }: CleanReport): string {
  const steps = Object.entries(bySteps).map(([step, count]) => `  ${step}: ${count}`);
  const told = Object.entries(found).map(([what, count]) => `  ${what}: ${count} rows`);
  return [
    `${rows} rows: ${kept} stay, ${dropped} go, ${changed} were changed`,
    ...steps,
    ...(told.length === 0 ? [] : ["found and left", ...told]),
    ...(version === undefined ? [] : [`${version}; ft data history --drops lists what is gone`]),
  ].join("\n");
}

const kinds = Object.entries(personalKinds)
  .map(([name, { about }]) => `${name} (${about})`)
  .join(", ");

export const dataClean = defineCommand({
  name: "data clean",
  section: "Improve rows",
  summary: "Remove rows that should not be learned, each with its reason; mask personal data",
  arguments: { file: { about: "JSON lines, or NAME of the store" } },
  options: z.strictObject({
    output: z
      .string()
      .optional()
      .describe("Output file for the kept rows; without it a dataset of the store gets versions")
      .register(flags, { short: "o", value: "FILE" }),
    dropped: z
      .string()
      .optional()
      .describe("Write one line per removed or changed row: id, step, reason, the row")
      .register(flags, { value: "FILE" }),
    cleaners: z
      .array(z.string())
      .optional()
      .describe(
        `${usual.join(",")} by default, and those that other options need: ${listed(cleaners)}`,
      )
      .register(flags, { value: "NAME,…" }),
    threshold: z
      .number()
      .min(0.5)
      .max(1)
      .default(0.8)
      .describe("Rows at least this similar are duplicates"),
    against: z
      .array(z.string())
      .default([])
      .describe("Test sets, JSON lines: rows that contain their texts are removed")
      .register(flags, { value: "FILE" }),
    overlap: z
      .number()
      .min(0.01)
      .max(1)
      .default(0.5)
      .describe("Share of a test text's 8-word sequences in a row that removes it"),
    languages: z
      .array(z.string())
      .default([])
      .describe("Rows in other languages are removed: en,de")
      .register(flags, { value: "CODE,…" }),
    minLength: z.int().min(0).default(1).describe("Minimum characters of a row"),
    maxLength: z.int().min(1).optional().describe("Maximum characters of a row"),
    minAnswer: z.int().min(0).default(1).describe("Minimum characters of each answer"),
    personal: z
      .record(z.string(), z.enum(["keep", "find", "mask", "drop"]))
      .default({ all: "find", secret: "mask" })
      .describe(`What is done with each kind, or all: ${kinds}`),
    boilerplateShare: z
      .number()
      .min(0.05)
      .max(1)
      .default(0.5)
      .describe("Share of boilerplate lines in an answer that removes it"),
    select: z.int().min(1).optional().describe("Keep this many rows, the best by score"),
    by: z
      .string()
      .optional()
      .describe("Field with the score; default: score")
      .register(flags, { value: "KEY" }),
    difficulty: z
      .string()
      .optional()
      .describe("Local model whose difficulty (IFD) is the score; rows of 1 and more are removed")
      .register(flags, { value: "MODEL" }),
    likeness: z
      .number()
      .min(0.1)
      .max(1)
      .default(1)
      .describe("With --select: leave out rows that share this part with a better one"),
    undo: z
      .string()
      .optional()
      .describe("Put back what this file of --dropped lists, into -o FILE")
      .register(flags, { value: "FILE" }),
    ids: z
      .array(z.string())
      .default([])
      .describe("With --undo: only these rows")
      .register(flags, { value: "ID,…" }),
    threads: z.int().min(0).max(64).optional().describe("Threads; default: by the number of rows"),
  }),
  saved: { without: [] },
  examples: [
    "ft data clean rows.jsonl -o clean.jsonl --dropped dropped.jsonl",
    "ft data clean rows.jsonl -o clean.jsonl --against test.jsonl --languages en,de --personal all=mask",
    "ft data clean clean.jsonl --undo dropped.jsonl --cleaners refusals -o again.jsonl",
  ],
  run: async ({ arguments: { file = "" }, options }, io) => {
    const { cleanDataset, undoCleaning } = await import("../../app/data/clean.ts");
    const { undo, ids, cleaners: named, output, ...rest } = options;
    if (undo !== undefined) {
      if (output === undefined)
        throw new UsageError("FT-CLEAN-005", {
          message: "--undo needs a file for the rows",
          hint: "-o FILE",
        });
      const told = await undoCleaning({ file, undo, output, steps: named ?? [], ids });
      io.show(told, () => `${told.rows} rows, ${told.restored} of them as they were`);
      return;
    }
    const asked = ["contaminated", "language", "selection"];
    const steps = [...(named ?? usual), ...asked];
    const told = await cleanDataset(io.environment, { file, ...rest, output, steps });
    io.show(told, () => summary(told));
  },
});
