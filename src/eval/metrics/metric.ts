// What a metric of texts is. Sums decide, not means: so a corpus score and its bootstrap come from the same numbers.
// Knows no model and no file.
import type { ToolCall } from "../../text/types.ts";

/** What a model said, and what it should have said: any of the references. */
export interface Answer {
  prediction: string;
  references: readonly string[];
  /** What the model itself lost on the references: the sum over their tokens. */
  loss?: { sum: number; tokens: number } | undefined;
  /** The question as a person reads it: it may describe what an answer is tried on. */
  prompt?: string | undefined;
  /** Fields of its row that a metric looks at: see `Metric.fields`. */
  fields?: Readonly<Record<string, unknown>> | undefined;
  /** The calls in the prediction and in the reference, where the model's format has told them apart. */
  calls?: readonly ToolCall[] | undefined;
  referenceCalls?: readonly ToolCall[] | undefined;
  /** All answers drawn, of which `prediction` is the first, as a checker found them. */
  samples?: readonly { passed: boolean }[] | undefined;
}

export interface Metric {
  about: string;
  /** What of an answer it looks at, which costs a pass of the model each. */
  looksAt: "prediction" | "loss";
  /** The largest score, as the field prints it: shares to 1, BLEU and chrF to 100; null where there is no largest. */
  scale: 1 | 100 | null;
  better: "higher" | "lower";
  /** Fields of a row that decide, too. */
  fields?: readonly string[];
  /** It compares calls: rows whose answer is nothing but calls are asked as well. */
  readsCalls?: boolean;
  /** What decides the score beside the texts, so that two scores with one signature may be compared. */
  signature: (answers: readonly Answer[]) => string;
  /** Numbers of one answer that may be added over answers; as many for each. */
  statistics: (answer: Answer) => readonly number[];
  /** The score of what was added. */
  score: (sums: readonly number[]) => number;
}

/** The mean over answers of a number of each. */
export function meanMetric(
  about: string,
  signature: string,
  measure: (answer: Answer) => number,
): Metric {
  return {
    about,
    ...{ looksAt: "prediction", scale: 1, better: "higher", signature: () => signature },
    statistics: (answer) => [measure(answer), 1],
    score: ([sum = 0, count = 0]) => (count === 0 ? 0 : sum / count),
  };
}

/** A field of the row, where it is text; else nothing. */
export function fieldText({ fields }: Answer, name: string): string {
  const value = fields?.[name];
  return typeof value === "string" ? value : "";
}

/** The highest value over the references. */
export function bestOf(
  { prediction, references }: Answer,
  measure: (prediction: string, reference: string) => number,
): number {
  return references.reduce((best, reference) => Math.max(best, measure(prediction, reference)), 0);
}

/** Sums of rows of statistics. */
export function summed(rows: readonly (readonly number[])[]): number[] {
  const sums = Array.from({ length: rows[0]?.length ?? 0 }, () => 0);
  for (const row of rows)
    for (const [at, value] of row.entries()) sums[at] = (sums[at] ?? 0) + value;
  return sums;
}

/** The metric's score over all answers. */
export function scoreOf(metric: Metric, answers: readonly Answer[]): number {
  return metric.score(summed(answers.map((answer) => metric.statistics(answer))));
}
