// What `make quick` says when it is done: a few questions in full, what it took, and how many answers were right.
// Text from figures; measures nothing.
import { formatBytes, formatCount, formatDuration } from "../../src/core/units.ts";
import type { SqlExample } from "../datasets/text-to-sql-rows.ts";
import type { Trained } from "./training.ts";

export interface QuickResult {
  model: string;
  output: string;
  questions: readonly SqlExample[];
  before: readonly string[];
  after: readonly string[];
  trained: Trained;
  /** Of the part of that name, in the order they were done. */
  seconds: Readonly<Record<string, number>>;
  /** Most memory of this process, which asked. */
  askingBytes: number;
}

/** Questions shown in full. */
const shown = 3;

/** While questions are answered: how many are, and how long the others will take. */
export function answeredText(label: string, done: number, total: number, seconds: number): string {
  const left = formatDuration((seconds / done) * (total - done));
  return `${label}: ${done} of ${total} questions answered, left ${left}`;
}

export const isRight = (given: string | undefined, { answer }: SqlExample): boolean =>
  given?.trim() === answer.trim();

function rightOf(given: readonly string[], questions: readonly SqlExample[]): number {
  return questions.filter((question, index) => isRight(given[index], question)).length;
}

function inFull({ questions, before, after }: QuickResult): string[] {
  return questions
    .slice(0, shown)
    .flatMap(({ prompt, answer }, index) => [
      "",
      ...prompt.split("\n"),
      `  expected: ${answer}`,
      `  before:   ${before[index]?.replaceAll("\n", "\n            ")}`,
      `  after:    ${after[index]?.replaceAll("\n", "\n            ")}`,
    ]);
}

/** "set-up 43s, training 3m 02s; 3m 45s together" */
function timesText(seconds: Readonly<Record<string, number>>): string {
  const parts = Object.entries(seconds).map(([name, value]) => `${name} ${formatDuration(value)}`);
  const together = Object.values(seconds).reduce((sum, value) => sum + value, 0);
  return `${parts.join(", ")}; ${formatDuration(together)} together`;
}

export function reportText(result: QuickResult): string {
  const { model, output, questions, before, after, trained, seconds, askingBytes } = result;
  const { parameters, trainable, steps, rows, passes, tokens, peakBytes } = trained;
  const count = questions.length;
  return [
    ...inFull(result),
    "",
    `Model: ${model}, ${formatCount(trainable)} of ${formatCount(parameters)} parameters trained`,
    `Trained on: ${rows} rows${passes === 1 ? "" : `, ${passes} times each`}, ${tokens} tokens, ${steps} steps`,
    `Memory: at most ${formatBytes(peakBytes)} resident in training, ${formatBytes(askingBytes)} in asking`,
    `Time: ${timesText(seconds)}`,
    `The adapter is in ${output}/final_model: ft generate ${model} "…" --adapter ${output}/final_model asks it.`,
    `Right on tables never seen: ${rightOf(before, questions)} of ${count} before, ${rightOf(after, questions)} of ${count} after`,
    "",
  ].join("\n");
}
