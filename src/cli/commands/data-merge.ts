// ft data merge: the changes of one data set in another, row by row and field by field; conflicts are shown.
import { z } from "zod";
import type { ToldMerge } from "../../app/store/merge.ts";
import { ExitCode } from "../../core/errors.ts";
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

function mergedText({ version, taken, conflicts }: ToldMerge): string {
  const sum = `${taken.added} added, ${taken.removed} removed, ${taken.changed} changed`;
  const end =
    version === null
      ? `Nothing was merged: ${conflicts.length} conflicts. --on-conflict ours or theirs settles them.`
      : `${version.version}: ${version.rows} rows (${sum})`;
  return [...conflicts.map(conflictText), end].join("\n");
}

export const dataMerge = defineCommand({
  name: "data merge",
  section: "Improve rows",
  summary: "Take the changes of one data set into another since they were one",
  arguments: {
    ours: { about: "Data set that gets a new version" },
    theirs: { about: "NAME or NAME@3, whose changes are taken" },
  },
  options: z.strictObject({
    onConflict: z
      .enum(["ours", "theirs"])
      .optional()
      .describe(
        "Whose value counts where both changed one thing; without it, nothing is merged then",
      ),
    base: z
      .string()
      .optional()
      .describe("NAME@1 that both came from, where the store cannot know it"),
    message: z.string().optional().describe("What this version is, for its history"),
  }),
  examples: ["ft data merge support edited", "ft data merge support edited --on-conflict theirs"],
  run: async ({ arguments: { ours = "", theirs = "" }, options }, io) => {
    const { merge } = await import("../../app/store/merge.ts");
    const merged = await merge(io.environment, ours, theirs, options);
    io.show(merged, () => mergedText(merged));
    return merged.version === null ? ExitCode.data : ExitCode.ok;
  },
});
