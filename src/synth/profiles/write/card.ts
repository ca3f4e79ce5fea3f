// The card of a folder that the Hugging Face hub reads as a dataset.
import { stringify } from "yaml";
import type { LossEntry } from "./loss-report.ts";

export interface CardFacts {
  title: string;
  /** Name and rows of each. */
  splits: readonly { name: string; rows: number }[];
  profile: string;
  about: string;
  fields: readonly string[];
  losses: readonly LossEntry[];
  origin: string;
}

const sizes: readonly (readonly [below: number, name: string])[] = [
  [1_000, "n<1K"],
  [10_000, "1K<n<10K"],
  [100_000, "10K<n<100K"],
  [1_000_000, "100K<n<1M"],
  [10_000_000, "1M<n<10M"],
];

const sizeOf = (rows: number): string => sizes.find(([below]) => rows < below)?.[1] ?? "10M<n<100M";

/** Text that stands in a table's cell. */
const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ");

function lossLines(losses: readonly LossEntry[]): string[] {
  if (losses.length === 0) return [];
  const rows = losses.map(
    ({ field, why, rows: count }) => `| \`${cell(field)}\` | ${cell(why)} | ${count} |`,
  );
  return ["", "## Not in these files", "", "| field | why | rows |", "|---|---|---|", ...rows];
}

export function cardText({
  title,
  splits,
  profile,
  about,
  fields,
  losses,
  origin,
}: CardFacts): string {
  const rows = splits.reduce((sum, split) => sum + split.rows, 0);
  const head = stringify({
    pretty_name: title,
    task_categories: ["text-generation"],
    size_categories: [sizeOf(rows)],
    configs: [
      {
        config_name: "default",
        data_files: splits.map(({ name }) => ({ split: name, path: `data/${name}.jsonl` })),
      },
    ],
  });
  return [
    `---\n${head}---`,
    "",
    `# ${title}`,
    "",
    `Rows for fine-tuning in the form \`${profile}\` (${about}), written from ${origin}.`,
    "",
    "| split | rows |",
    "|---|---|",
    ...splits.map((split) => `| ${split.name} | ${split.rows} |`),
    "",
    `Fields: ${fields.map((field) => `\`${field}\``).join(", ")}.`,
    ...lossLines(losses),
    "",
  ].join("\n");
}
