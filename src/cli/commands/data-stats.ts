// ft data stats: what a dataset holds, in numbers.
import { z } from "zod";
import type { StatisticsReport } from "../../app/data/statistics.ts";
import { flags } from "../../core/flags.ts";
import type { Spread } from "../../synth/rows/statistics.ts";
import { defineCommand } from "../define-command.ts";
import { table } from "../render/table.ts";

const whole = (value: number): string => Math.round(value).toString();

function spreads(report: StatisticsReport): string {
  const rows: (Spread & { what: string })[] = [
    { what: "turns", ...report.turns },
    { what: "characters", ...report.characters },
    { what: "characters of answers", ...report.answerCharacters },
    { what: `tokens (${report.encoding})`, ...report.tokens },
  ];
  return table(rows, [
    { title: "PER ROW", value: ({ what }) => what },
    { title: "TOTAL", value: ({ total }) => total },
    { title: "MEAN", value: ({ mean }) => whole(mean) },
    { title: "LEAST", value: ({ least }) => least },
    { title: "MEDIAN", value: ({ median }) => median },
    { title: "90 %", value: ({ ninth }) => ninth },
    { title: "MOST", value: ({ most }) => most },
  ]);
}

const listed = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name === "" ? "of no role" : name} ${count}`)
    .join(", ");

function counted({ rows, forms, roles }: StatisticsReport): string {
  const told = rows === 0 ? "0 rows" : `${rows} rows (${listed(forms)})`;
  return Object.keys(roles).length === 0 ? told : `${told}; messages: ${listed(roles)}`;
}

function groups({ by, files }: StatisticsReport): string[] {
  const named = { ...(files !== undefined && { file: files }), ...by };
  return Object.entries(named).map(([field, values]) => {
    const rows = Object.entries(values).map(([value, group]) => ({ value, ...group }));
    const drawn = table(rows.slice(0, 20), [
      { title: field.toUpperCase(), value: ({ value }) => value },
      { title: "ROWS", value: ({ rows: own }) => own },
      { title: "TOKENS", value: ({ tokens }) => tokens },
    ]);
    return `\n${drawn}${rows.length > 20 ? `\n… and ${rows.length - 20} more; --json has all` : ""}`;
  });
}

const summary = (report: StatisticsReport): string =>
  [counted(report), spreads(report), ...groups(report)].join("\n");

export const dataStats = defineCommand({
  name: "data stats",
  section: "Look at sets",
  summary:
    "Show what a dataset holds: rows, turns, characters, tokens, by split, topic, mode, source",
  arguments: { files: { about: "JSON lines, or NAME or NAME@3 of the store", many: true } },
  options: z.strictObject({
    encoding: z
      .string()
      .default("o200k")
      .describe("Encoding to count tokens with, as in ft data count"),
    by: z
      .array(z.string())
      .default(["split", "topic", "mode", "source", "language"])
      .describe("Fields by whose values rows are counted, where rows have them")
      .register(flags, { value: "KEY,…" }),
  }),
  examples: ["ft data stats rows.jsonl", "ft data stats train.jsonl validation.jsonl --json"],
  run: async ({ operands: files, options }, io) => {
    const { datasetStatistics } = await import("../../app/data/statistics.ts");
    const told = await datasetStatistics(io.environment, { files, ...options });
    io.show(told, () => summary(told));
  },
});
