// What the commands that let a model answer rows take alike: which rows, how many, how answered, how scored.
import { z } from "zod";
import type { JudgeWatching } from "../../app/evaluate/judging/ask-judge.ts";
import { costText } from "../../app/evaluate/judging/judge-text.ts";
import { UsageError } from "../../core/errors.ts";
import { flags } from "../../core/flags.ts";
import { usualLimits } from "../../core/limited-process.ts";
import { formatDuration } from "../../core/units.ts";
import type { Io } from "../io.ts";

const usualMetrics = ["exact_match", "rougeL"];

export const EvaluationOptions = z.strictObject({
  data: z
    .string()
    .optional()
    .describe(
      "Rows to answer: a file, a folder (its test rows), or a shipped set; default: the shipped text-to-SQL set",
    )
    .register(flags, { aliases: ["dataset"], short: "d", value: "FILE" }),
  metrics: z
    .array(z.string())
    .min(1, { error: "name at least one metric" })
    .optional()
    .describe(
      `Metrics, separated by commas: exact_match, rougeL, bleu, chrf, f1, perplexity, … (default: ${usualMetrics.join(",")}; with --checker, only its result)`,
    )
    .register(flags, { short: "m", value: "NAME,…" }),
  checker: z
    .string()
    .optional()
    .describe("Your own program that says whether an answer is right: a module or an executable")
    .register(flags, { value: "FILE" }),
  samples: z
    .int()
    .positive()
    .max(1000)
    .default(1)
    .describe("Answers sampled and checked for each row; other metrics score the first"),
  passK: z
    .array(z.coerce.number().int().positive().max(1000))
    .min(1)
    .default([1])
    .describe("Values of k for pass@k, separated by commas")
    .register(flags, { value: "K,…" }),
  temperature: z
    .number()
    .min(0)
    .optional()
    .describe(
      "Sampling temperature, if a row gets several answers (default: 0.8; a single answer is greedy)",
    ),
  checkerSeconds: z
    .number()
    .positive()
    .max(3600)
    .default(usualLimits.seconds)
    .describe("Seconds after which a check is stopped and the answer fails"),
  numSamples: z
    .int()
    .positive()
    .default(100)
    .describe("Maximum rows to answer, chosen by the seed")
    .register(flags, { short: "n" }),
  maxGenLength: z.int().positive().default(100).describe("Maximum tokens of an answer"),
  judge: z
    .string()
    .optional()
    .describe("Model that judges the answers, in any form that MODEL has")
    .register(flags, { value: "MODEL" }),
  rubric: z
    .string()
    .optional()
    .describe("Criteria of the judge: a YAML or JSON file")
    .register(flags, { value: "FILE" }),
  ratings: z
    .string()
    .optional()
    .describe("Your own ratings, to see how far the judge agrees with them")
    .register(flags, { value: "FILE" }),
  baseModel: z
    .string()
    .optional()
    .describe("Base model of the adapter, instead of the one that its file names")
    .register(flags, { short: "b", value: "MODEL" }),
  template: z
    .string()
    .optional()
    .describe("Prompt template; default: the adapter's own, else the model's")
    .register(flags, { short: "t", value: "NAME" }),
  format: z
    .string()
    .default("auto")
    .describe("Format of the rows")
    .register(flags, { value: "NAME" }),
  schema: z
    .string()
    .optional()
    .describe("JSON schema of schema_valid, for rows that have none of their own")
    .register(flags, { value: "FILE" }),
  stride: z
    .int()
    .positive()
    .optional()
    .describe(
      "Compute perplexity over whole long texts, in windows that start this many tokens apart",
    ),
  window: z
    .int()
    .min(2)
    .optional()
    .describe("Maximum tokens in one window for perplexity; default: the model's context length"),
  seed: z.int().min(0).default(42).describe("Seed of the choice of rows"),
  output: z
    .string()
    .optional()
    .describe(
      "Folder for answers and scores; the same command continues there (default: evaluation, or evaluation-2, … if it holds another)",
    )
    .register(flags, { short: "o", value: "FOLDER" }),
  loadIn4bit: z
    .boolean()
    .default(false)
    .describe("Quantize the model to 4 bits while loading")
    .register(flags, { long: "load-in-4bit" }),
});

/** What is measured: what a checker says among it. */
export function metricsOf({
  metrics,
  checker,
  passK,
}: z.infer<typeof EvaluationOptions>): readonly string[] {
  const passes = checker === undefined ? [] : passK.map((k) => `pass@${k}`);
  return [...(metrics ?? (checker === undefined ? usualMetrics : [])), ...passes];
}

export const taskOption = z
  .string()
  .optional()
  .describe("Evaluate a task in lm-eval's format: its YAML file, everyday-choice or short-answers")
  .register(flags, { value: "FILE" });

/** Throws UsageError for criteria or ratings without a judge. */
export function requireJudge({ judge, rubric, ratings }: z.infer<typeof EvaluationOptions>): void {
  const given = rubric === undefined ? ratings && "--ratings" : "--rubric";
  if (judge !== undefined || given === undefined) return;
  throw new UsageError("FT-USAGE-009", {
    message: `${given} is given, and no judge`,
    hint: "--judge MODEL",
  });
}

/** Tells what judging will take, before it begins. */
export function costNote(io: Io): NonNullable<JudgeWatching["onCost"]> {
  return (cost, judge) => {
    if (cost.calls > 0) io.note(`${judge} is asked: ${costText(cost)}`);
  };
}

/** Draws how far the answers have come, where somebody looks. */
export function progressNote(
  io: Io,
): (progress: { done: number; total: number; secondsLeft: number }) => void {
  return ({ done, total, secondsLeft }) => {
    if (io.mode.quiet || io.mode.json || !io.interactive) return;
    const end = done === total ? "\n" : "";
    io.draw(`\r\u001b[Kanswered ${done}/${total}, ${formatDuration(secondsLeft)} left${end}`);
  };
}
