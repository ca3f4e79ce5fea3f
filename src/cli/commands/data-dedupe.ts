// ft data dedupe: rows that say the same, taken out and told.
import { z } from "zod";
import type { DedupeReport, ShownCluster } from "../../app/data/dedupe.ts";
import { flags } from "../../core/flags.ts";
import { defineCommand } from "../define-command.ts";

const shownText = (text: string): string => (text.length > 160 ? `${text.slice(0, 159)}…` : text);

const clusterLines = ({ keptId, rows }: ShownCluster): string[] => [
  "",
  `cluster of ${keptId}`,
  ...rows.map(({ id, likeness, text }) => `  ${id} (${likeness})  ${shownText(text)}`),
];

function summary({
  rows,
  kept,
  dropped,
  clusters,
  version,
  shown = [],
  ...found
}: DedupeReport): string {
  const kinds = `${found.exact} exact, ${found.normalized} beside case and marks, ${found.near} near`;
  return [
    `${rows} rows: ${kept} stay, ${dropped} are duplicates (${kinds}) in ${clusters} clusters`,
    ...(version === undefined ? [] : [`${version}; ft data history --drops lists what is gone`]),
    ...shown.flatMap(clusterLines),
  ].join("\n");
}

export const dataDedupe = defineCommand({
  name: "data dedupe",
  section: "Improve rows",
  summary: "Remove duplicate and near-duplicate rows",
  arguments: { file: { about: "JSON lines, or NAME of the store" } },
  options: z.strictObject({
    output: z
      .string()
      .optional()
      .describe("Output file for the kept rows; without it a dataset of the store gets a version")
      .register(flags, { short: "o", value: "FILE" }),
    clusters: z
      .string()
      .optional()
      .describe("Write one line per row: its id, its cluster, and the id of the row that is kept")
      .register(flags, { value: "FILE" }),
    threshold: z
      .number()
      .min(0.5)
      .max(1)
      .default(0.8)
      .describe(
        "Rows at least this similar are duplicates: 1 − edits / length; 1 keeps near-duplicates",
      ),
    keep: z.enum(["first", "longest"]).default("first").describe("Which row of a cluster is kept"),
    show: z.int().min(0).default(0).describe("Largest clusters to show with their texts"),
    threads: z.int().min(0).max(64).optional().describe("Threads; default: by the number of rows"),
    encoder: z
      .string()
      .optional()
      .describe("Local sentence encoder that must confirm near-duplicates, such as builtin/minilm")
      .register(flags, { value: "MODEL" }),
    meaning: z
      .number()
      .min(0)
      .max(1)
      .default(0.85)
      .describe("Minimum cosine similarity for that encoder"),
  }),
  saved: { without: [] },
  examples: [
    "ft data dedupe rows.jsonl -o clean.jsonl --clusters clusters.jsonl",
    "ft data dedupe rows.jsonl --show 5",
    "ft data dedupe support --threshold 0.9",
  ],
  run: async ({ arguments: { file = "" }, options }, io) => {
    const { dedupe } = await import("../../app/data/dedupe.ts");
    const told = await dedupe(io.environment, { file, ...options });
    io.show(told, () => summary(told));
  },
});
