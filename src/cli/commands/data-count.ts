// ft data count: tokens of every row, as a model's own tokenizer counts them.
import { z } from "zod";
import type { TokenReport } from "../../app/data/count-tokens.ts";
import { listed } from "../../core/registry.ts";
import { encodings } from "../../synth/tokens/encodings.ts";
import { defineCommand } from "../define-command.ts";

function summary({ rows, total, encoding, exactness, errorBound }: TokenReport): string {
  const counts = rows.map(({ tokens }) => tokens).toSorted((a, b) => a - b);
  const at = (share: number): number => counts[Math.floor(share * (counts.length - 1))] ?? 0;
  const kind =
    exactness === "exact"
      ? "exact"
      : `${exactness}, at most ${Math.round(100 * errorBound)} % more`;
  const spread = `a row has ${at(0)} to ${at(1)}, half of them at most ${at(0.5)}`;
  return `${total} tokens in ${rows.length} rows (${encoding}, ${kind})\n${spread}`;
}

export const dataCount = defineCommand({
  name: "data count",
  section: "Look at sets",
  summary: "Count the tokens of every row",
  arguments: { file: { about: "JSON lines, or NAME or NAME@3 of the store" } },
  options: z.strictObject({
    encoding: z
      .string()
      .default("o200k")
      .describe(`Default: o200k. One of ${listed(encodings)}`),
    model: z.string().optional().describe("Model of a service, to use its encoding: gpt-4.1-mini"),
    tokenizer: z
      .string()
      .optional()
      .describe("Model folder, to count with its tokenizer and template"),
    threads: z
      .int()
      .min(0)
      .max(64)
      .optional()
      .describe("Threads; default: by the size of the file"),
  }),
  examples: [
    "ft data count rows.jsonl",
    "ft data count rows.jsonl --encoding mistral-v3 --json",
    "ft data count support@3 --tokenizer models/gemma-3-1b",
  ],
  run: async ({ arguments: { file = "" }, options }, io) => {
    const { countDataset } = await import("../../app/data/count-tokens.ts");
    const told = await countDataset(io.environment, { file, ...options });
    io.show(told, () => summary(told));
  },
});
