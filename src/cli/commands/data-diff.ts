// ft data diff: rows and fields in which two versions of datasets differ.
import { z } from "zod";
import type { ToldDiff, ToldDifference } from "../../app/store/diff.ts";
import { defineCommand } from "../define-command.ts";

const shown = (value: unknown): string => {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
};

const marks = { removed: "-", changed: "~", added: "+" } as const;

function rowLines({ kind, id, position, before, after, fields }: ToldDifference): string[] {
  const name = id ?? `row ${position + 1}`;
  if (kind !== "changed") return [`${marks[kind]} ${name}  ${shown(after ?? before)}`];
  if (fields.length === 0) return [`${marks[kind]} ${name}  spelled otherwise`];
  const lines = fields.map(
    (field) => `    ${field.path}: ${shown(field.before)} → ${shown(field.after)}`,
  );
  return [`${marks[kind]} ${name}`, ...lines];
}

export function diffText(diff: ToldDiff): string {
  const { before, after, removed, changed, added, rows } = diff;
  const counts = `${added} added, ${removed} removed, ${changed} changed`;
  const sum = diff.isReordered ? "the same rows in another order" : counts;
  const more = removed + changed + added - rows.length;
  return [
    `${before.version} (${before.rows} rows) → ${after.version} (${after.rows} rows): ${sum}`,
    ...rows.flatMap(rowLines),
    ...(more > 0 ? [`… and ${more} more; --limit shows them`] : []),
  ].join("\n");
}

export const dataDiff = defineCommand({
  name: "data diff",
  section: "Look at sets",
  summary: "Show rows and fields in which two versions differ",
  arguments: {
    before: { about: "NAME@2; alone, it is compared with the version before" },
    after: { about: "NAME@3, or NAME for the newest", optional: true },
  },
  options: z.strictObject({
    limit: z.int().min(0).default(50).describe("Maximum rows to show; all are counted"),
  }),
  examples: [
    "ft data diff support@2 support@3",
    "ft data diff support",
    "ft data diff support --json",
  ],
  run: async ({ arguments: { before = "", after }, options: { limit } }, io) => {
    const { diffVersions } = await import("../../app/store/diff.ts");
    const diff = await diffVersions(io.environment, { before, after, limit });
    io.show(diff, () => diffText(diff));
  },
});
