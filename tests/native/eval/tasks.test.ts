// Tasks in lm-eval's form beside what lm-evaluation-harness itself gives for the bundled model: prompts, log-likelihoods,
// answers, scores. tests/fixtures/eval/make_tasks.py wrote its part down.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { evaluateTask } from "../../../src/app/evaluate/evaluate-task.ts";
import { makeFolder } from "../../support/folders.ts";

type Response = [logLikelihood: string | number, isGreedy: string | boolean] | string;

interface Theirs {
  scores: Record<string, number>;
  rows: { prompt: string; responses: Response[] }[];
}

interface Row {
  prompt: string;
  prediction: string;
  fields?: { loglikelihoods: number[] };
}

const fixtures = "tests/fixtures/eval";
const theirs = JSON.parse(readFileSync(join(fixtures, "tasks.json"), "utf8")) as Record<
  string,
  Theirs
>;
const files: Record<string, string> = {
  "everyday-choice": "everyday-choice",
  "short-answers": "short-answers",
  continuation: join(fixtures, "tasks", "continuation.yaml"),
  sentiment: join(fixtures, "tasks", "sentiment.yaml"),
  writing: join(fixtures, "tasks", "writing.yaml"),
};

test.each(Object.keys(files))("%s", { timeout: 180_000 }, async (name) => {
  const { scores: wanted, rows: told } = theirs[name] as Theirs;
  const { scores, samples, resultsFile } = await evaluateTask({
    ...{ model: "builtin/tiny", task: files[name] ?? "", numSamples: 100, seed: 1 },
    output: join(makeFolder(), "out"),
  });
  expect(samples).toBe(told.length);
  const rows = readFileSync(resultsFile, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
  expect(rows.map(({ prompt }) => prompt)).toEqual(told.map(({ prompt }) => prompt));
  for (const [at, { responses }] of told.entries()) {
    if (typeof responses[0] === "string") {
      expect(rows[at]?.prediction).toBe(responses[0]);
      continue;
    }
    const sums = responses.map(([sum]) => Number(sum));
    for (const [which, sum] of (rows[at]?.fields?.loglikelihoods ?? []).entries())
      // float32 logits of two libraries, summed over a few tokens
      expect(Math.abs(sum - (sums[which] ?? Number.NaN))).toBeLessThan(1e-3);
    expect(rows[at]?.fields?.loglikelihoods).toHaveLength(sums.length);
  }
  const named = Object.fromEntries(
    Object.entries(wanted).map(([key, value]) => [key.replace(/,none$/, ""), value]),
  );
  expect(Object.keys(scores).toSorted()).toEqual(Object.keys(named).toSorted());
  for (const [key, value] of Object.entries(named))
    expect(Math.abs((scores[key] ?? Number.NaN) / value - 1) || 0).toBeLessThan(1e-4);
});
