// ft data merge: the changes of one dataset in another, or files of rows made one, row by row and field by field;
// conflicts are shown.
import { z } from "zod";
import type { MergedFiles } from "../../app/data/merging/merge-files.ts";
import type { ToldMerge } from "../../app/store/merge.ts";
import { ExitCode, UsageError } from "../../core/errors.ts";
import { flags } from "../../core/flags.ts";
import type { MergeConflict } from "../../store/index.ts";
import { defineCommand } from "../define-command.ts";

const side = (text: string | null): string => {
  if (text === null) return "not there";
  return text.length > 100 ? `${text.slice(0, 97)}…` : text;
};

function conflictText({ key, kind, base, ours, theirs, fields }: MergeConflict): string {
  const lines = fields.map(
    ({ path, ...values }) =>
      `    ${path || "the row"}: ours ${JSON.stringify(values.ours)}, theirs ${JSON.stringify(values.theirs)}`,
  );
  const sides = [
    `    before  ${side(base)}`,
    `    ours    ${side(ours)}`,
    `    theirs  ${side(theirs)}`,
  ];
  return [`! ${key ?? "a row"} (${kind})`, ...(lines.length > 0 ? lines : sides)].join("\n");
}

function mergedText({ version, isNew, taken, conflicts }: ToldMerge): string {
  if (version !== null && !isNew)
    return `Nothing to take: ${version.version} has all of it already`;
  const sum = `${taken.added} added, ${taken.removed} removed, ${taken.changed} changed`;
  const end =
    version === null
      ? `Nothing was merged: ${conflicts.length} conflicts. --on-conflict ours or theirs settles them.`
      : `${version.version}: ${version.rows} rows (${sum})`;
  return [...conflicts.map(conflictText), end].join("\n");
}

function filesText({ output, rows, removed, files, conflicts }: MergedFiles): string {
  const each = files.map(
    (file) =>
      `${file.file}: ${file.rows} rows, ${file.added} added, ${file.same} the same, ${file.changed} changed`,
  );
  const gone = removed === 0 ? "" : ` (${removed} removed)`;
  const end =
    output === null
      ? `Nothing was written: ${conflicts.length} conflicts. --on-conflict ours or theirs settles them.`
      : `${output}: ${rows} rows${gone}`;
  const told = conflicts.map((one) => `${conflictText(one)}\n    theirs is of ${one.file}`);
  return [...told, ...each, end].join("\n");
}

const isFile = (word: string): boolean => /[/\\]|\.(jsonl?|ndjson)$/i.test(word);

/** Datasets are merged two at a time, and files into a file. */
function checkOperands(operands: readonly string[]): void {
  if (operands.some(isFile))
    throw new UsageError("FT-DATASET-024", {
      message: "Merging files needs an output file, and none is named",
      hint: "-o FILE says where the rows go; ft data import FILE --name NAME keeps a file in the store",
    });
  if (operands.length > 2)
    throw new UsageError("FT-DATASET-025", {
      message: `ft data merge takes two datasets; ${operands.length} were given`,
      hint: "-o FILE merges any number into a file",
    });
}

export const dataMerge = defineCommand({
  name: "data merge",
  section: "Improve rows",
  summary: "Merge the changes of one dataset into another, or several files of rows into one",
  arguments: {
    ours: { about: "Dataset that gets a new version; with -o, the first file or version" },
    theirs: {
      about: "NAME or NAME@3, whose changes are taken; with -o, more files or versions",
      many: true,
    },
  },
  options: z.strictObject({
    output: z
      .string()
      .optional()
      .describe("Write the result to this file as JSON lines; the store does not change")
      .register(flags, { short: "o", value: "FILE" }),
    onConflict: z
      .enum(["ours", "theirs"])
      .optional()
      .describe(
        "Whose value wins if both changed the same thing; without it, nothing is merged in that case",
      ),
    base: z
      .string()
      .optional()
      .describe("NAME@1 that both come from, if the store cannot know it; with -o, or a file"),
    message: z.string().optional().describe("What this version is, for its history"),
  }),
  examples: [
    "ft data merge support edited",
    "ft data merge support edited --on-conflict theirs",
    "ft data merge a.jsonl b.jsonl c.jsonl -o all.jsonl",
  ],
  run: async ({ operands, options: { output, ...options } }, io) => {
    if (output !== undefined) {
      const { mergeFiles } = await import("../../app/data/merging/merge-files.ts");
      const made = await mergeFiles(io.environment, { inputs: operands, output, ...options });
      io.show(made, () => filesText(made));
      return made.output === null ? ExitCode.data : ExitCode.ok;
    }
    checkOperands(operands);
    const [ours = "", theirs = ""] = operands;
    const { merge } = await import("../../app/store/merge.ts");
    const merged = await merge(io.environment, ours, theirs, options);
    io.show(merged, () => mergedText(merged));
    return merged.version === null ? ExitCode.data : ExitCode.ok;
  },
});
