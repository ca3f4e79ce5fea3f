// Scores of one row of a task, and over rows, as lm-eval computes them.
import { isDeepStrictEqual } from "node:util";
import { UsageError } from "../../core/errors.ts";
import type { Comparable } from "../compare.ts";
import type { Likelihood } from "./likelihood.ts";
import type { Target } from "./task-doc.ts";
import type { Task, TaskFilter, TaskMetric } from "./task-file.ts";

/** Python's writing of named groups is the one difference that tasks have. */
const pattern = (text: string, flags: string): RegExp =>
  new RegExp(text.replaceAll("(?P<", "(?<"), flags);

function extracted(answer: string, filter: TaskFilter): string {
  const { regex_pattern: text = "#### (\\-?[0-9\\.\\,]+)", group_select: at = 0 } = filter;
  const { fallback = "[invalid]" } = filter as { fallback?: string };
  const found = [...answer.matchAll(pattern(String(text), "g"))].at(Number(at));
  if (found === undefined) return fallback;
  const [whole, ...groups] = found;
  const chosen =
    groups.length === 0
      ? whole
      : (groups.find((group) => group) ?? (groups.length > 1 ? fallback : ""));
  return chosen.trim();
}

const filters: Record<string, (answer: string, filter: TaskFilter) => string> = {
  regex: extracted,
  take_first: (answer) => answer,
  lowercase: (answer) => answer.toLowerCase(),
  uppercase: (answer) => answer.toUpperCase(),
  remove_whitespace: (answer) => answer.trim(),
};

/** @throws UsageError FT-EVAL-014 for a filter that there is not. */
export function filtered(answer: string, pipeline: readonly TaskFilter[], file: string): string {
  return pipeline.reduce((text, filter) => {
    const run = filters[filter.function];
    if (run !== undefined) return run(text, filter);
    throw new UsageError("FT-EVAL-014", {
      at: { file, field: "filter_list" },
      message: `Unknown filter '${filter.function}'. Valid options: ${Object.keys(filters).join(", ")}`,
    });
  }, answer);
}

function compared(text: string, metric: TaskMetric): string {
  const plain = metric.regexes_to_ignore.reduce(
    (all, one) => all.replace(pattern(one, "g"), ""),
    text,
  );
  const cased = metric.ignore_case ? plain.toLowerCase() : plain;
  const unmarked = metric.ignore_punctuation ? cased.replace(/[!-/:-@[-`{-~]/g, "") : cased;
  return metric.ignore_numbers ? unmarked.replace(/\d/g, "") : unmarked;
}

export function exactMatch(
  answer: string,
  target: Target,
  choices: readonly string[],
  metric: TaskMetric,
): number {
  const all = (Array.isArray(target) ? target : [target]).map((one) =>
    typeof one === "number" ? (choices[one] ?? String(one)) : one,
  );
  return all.some((one) => compared(one, metric) === compared(answer, metric)) ? 1 : 0;
}

/** As Python counts them. */
const characters = (text: string): number => Array.from(text).length;

const largest = (values: readonly number[]): number => values.indexOf(Math.max(...values));

/** Whether the likeliest choice is the target: by itself, or by its characters. */
export function choiceScores(
  found: readonly Likelihood[],
  choices: readonly string[],
  target: Target,
): { chosen: number; acc: number; acc_norm: number } {
  const targets = (Array.isArray(target) ? target : [target]).map((one) =>
    typeof one === "number" ? one : choices.indexOf(one),
  );
  const sums = found.map(({ sum }) => sum);
  const chosen = largest(sums);
  const byLength = largest(sums.map((sum, at) => sum / characters(choices[at] ?? "")));
  const isRight = (at: number): number => (targets.includes(at) ? 1 : 0);
  return { chosen, acc: isRight(chosen), acc_norm: isRight(byLength) };
}

export function usualMetrics({ output_type: type, metric_list: given }: Task): TaskMetric[] {
  const usual = {
    ignore_case: false,
    ignore_punctuation: false,
    ignore_numbers: false,
    regexes_to_ignore: [],
  };
  const names = {
    multiple_choice: ["acc", "acc_norm"],
    generate_until: ["exact_match"],
    loglikelihood: ["perplexity", "acc"],
  } as const;
  return given ?? names[type].map((metric) => ({ metric, ...usual }));
}

/** By which the answers of a task are scored, in the order of its scores. */
export function scoreNames(task: Task): string[] {
  const { output_type: type, filter_list: pipelines = [] } = task;
  const names = usualMetrics(task).map(({ metric }) => metric);
  if (type !== "generate_until" || pipelines.length < 2) return names;
  return pipelines.flatMap(({ name }) => names.map((metric) => `${metric},${name}`));
}

/** Means; of perplexities, as of the logarithms that they are of. */
export function taskScore(name: string): Comparable<{ scores: Record<string, number> }> {
  const isPerplexity = name === "perplexity";
  return {
    better: isPerplexity ? "lower" : "higher",
    statistics: ({ scores: { [name]: own = Number.NaN } }) => [
      isPerplexity ? Math.log(own) : own,
      1,
    ],
    score: ([sum = 0, count = 0]) => (isPerplexity ? Math.exp(sum / count) : sum / count),
  };
}

/** The first rows other than the one that is asked. */
export function examplesFor<T>(pool: readonly T[], doc: T, count: number): T[] {
  return pool.filter((one) => !isDeepStrictEqual(one, doc)).slice(0, count);
}
