// ft evaluate: what a model's answers to rows of data are worth, or finished predictions.
import { z } from "zod";
import type { Evaluation } from "../../app/evaluate/evaluate-model.ts";
import { UsageError } from "../../core/errors.ts";
import { flags } from "../../core/flags.ts";
import { formatDuration } from "../../core/units.ts";
import { defineCommand } from "../define-command.ts";
import type { Io } from "../io.ts";
import { downloadNote } from "../render/download.ts";
import { pairs } from "../render/table.ts";

const Options = z.strictObject({
  data: z
    .string()
    .optional()
    .describe(
      "Rows to answer: a file, a folder (its test rows), or a shipped set; default: the shipped text-to-SQL set",
    )
    .register(flags, { aliases: ["dataset"], short: "d", value: "FILE" }),
  predictions: z
    .string()
    .optional()
    .describe(
      "Score finished predictions instead: rows with prediction and reference or references",
    )
    .register(flags, { value: "FILE" }),
  metrics: z
    .array(z.string())
    .min(1, { error: "name at least one metric" })
    .default(["exact_match", "rougeL"])
    .describe("What to measure, by comma: exact_match, rougeL, bleu, chrf, f1, perplexity, …")
    .register(flags, { short: "m", value: "NAME,…" }),
  numSamples: z
    .int()
    .positive()
    .default(100)
    .describe("Most rows to answer, chosen by the seed")
    .register(flags, { short: "n" }),
  maxGenLength: z.int().positive().default(100).describe("Most tokens of an answer"),
  baseModel: z
    .string()
    .optional()
    .describe("The model that an adapter belongs to, in the place of the one its file names")
    .register(flags, { short: "b", value: "MODEL" }),
  template: z
    .string()
    .optional()
    .describe("How conversations read; the adapter's own, else the model's, when not given")
    .register(flags, { short: "t", value: "NAME" }),
  format: z
    .string()
    .default("auto")
    .describe("Format of the rows")
    .register(flags, { value: "NAME" }),
  seed: z.int().min(0).default(42).describe("Seed of the choice of rows"),
  output: z
    .string()
    .default("evaluation")
    .describe("Folder for answers and scores; the same question goes on there")
    .register(flags, { short: "o", value: "FOLDER" }),
  loadIn4bit: z
    .boolean()
    .default(false)
    .describe("Quantize the model to 4 bits while loading")
    .register(flags, { long: "load-in-4bit" }),
});

function scoreLines(scores: Readonly<Record<string, number>>): string {
  return pairs(Object.entries(scores).map(([name, value]) => [name, value.toFixed(4)]));
}

function evaluationText({
  model,
  adapter,
  scores,
  samples,
  seconds,
  resultsFile,
  unasked,
}: Evaluation): string {
  const who = adapter === null ? model : `${model} with ${adapter}`;
  const left = unasked === 0 ? "" : ` (${unasked} rows ask nothing)`;
  return [
    `${who}: ${samples} rows${left} in ${formatDuration(seconds)}`,
    scoreLines(scores),
    `answers: ${resultsFile}`,
  ].join("\n");
}

function progressNote(
  io: Io,
): (progress: { done: number; total: number; secondsLeft: number }) => void {
  return ({ done, total, secondsLeft }) => {
    if (io.mode.quiet || io.mode.json || !io.interactive) return;
    const end = done === total ? "\n" : "";
    io.draw(`\r\u001b[Kanswered ${done}/${total}, ${formatDuration(secondsLeft)} left${end}`);
  };
}

/** Throws UsageError where neither or both are given. */
function requireOneSource(model: string | undefined, predictions: string | undefined): void {
  if ((model === undefined) !== (predictions === undefined)) return;
  throw new UsageError("FT-USAGE-009", {
    message:
      model === undefined
        ? "There is nothing to evaluate"
        : "A model and --predictions are both given",
    hint: "ft evaluate MODEL --data FILE, or ft evaluate --predictions FILE",
  });
}

export const evaluate = defineCommand({
  name: "evaluate",
  summary: "Score a model's answers to rows of data, or finished predictions",
  arguments: {
    model: {
      about: "Hub id, folder, builtin/tiny, an adapter's folder or a run's",
      optional: true,
    },
  },
  options: Options,
  examples: [
    "ft evaluate ./output --data rows.jsonl --metrics exact_match,rougeL,perplexity",
    "ft evaluate builtin/smollm2 --num-samples 50 --json",
    "ft evaluate --predictions answers.jsonl --metrics bleu,chrf",
  ],
  run: async ({ arguments: { model }, options }, io) => {
    const { predictions, ...how } = options;
    requireOneSource(model, predictions);
    if (predictions !== undefined) {
      const { scorePredictions } = await import("../../app/evaluate/score-predictions.ts");
      const found = await scorePredictions(predictions, options.metrics);
      return io.show(
        found,
        () => `${predictions}: ${found.samples} rows\n${scoreLines(found.scores)}`,
      );
    }
    const { evaluateModel } = await import("../../app/evaluate/evaluate-model.ts");
    const result = await evaluateModel({
      ...{ ...how, model: model ?? "", signal: io.signal },
      ...{ onDownload: downloadNote(io), onProgress: progressNote(io) },
    });
    for (const warning of result.warnings) io.note(`warning: ${warning}`);
    io.show(result, () => evaluationText(result));
  },
});
