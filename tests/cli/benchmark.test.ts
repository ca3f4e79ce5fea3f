// ft benchmark: both models get the same questions, the report tells which is better, and hostile text stays text.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import type { BenchmarkReport } from "../../src/app/evaluate/benchmark-report.ts";
import type { ResultRow } from "../../src/app/evaluate/results-file.ts";
import { runProgram } from "../support/program.ts";
import { chatRow } from "../support/rows.ts";
import { makeToyModel, writeRows } from "../support/toy-model.ts";

let cwd: string;
const hostile = "<script>alert(1)</script> | <b>";

beforeAll(async () => {
  cwd = join(inject("runFolder"), "benchmark");
  await makeToyModel(join(cwd, "model"));
  writeRows(join(cwd, "train.jsonl"), 12);
  writeRows(join(cwd, "test.jsonl"), [
    chatRow(hostile, "never"),
    chatRow("what is 3 plus one", "four"),
  ]);
  const train = ["train", "quick", "model", "train.jsonl", "--template", "chatml", "--lr", "0.03"];
  expect(await runProgram([...train, "--iters", "12"], { cwd })).toMatchObject({ code: 0 });
});

const ask = ["benchmark", "model", "quick_output", "--max-gen-length", "3"];
const rowsOf = (model: number): ResultRow[] =>
  readFileSync(join(cwd, "benchmark", `model-${model}`, "results.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as ResultRow);

test("same prompts, same order; deltas against the first in the direction of the metric", async () => {
  const asked = [...ask, "--data", "train.jsonl", "--metrics", "perplexity,exact_match", "--json"];
  const ended = await runProgram(asked, { cwd });
  expect(ended.code, ended.stderr).toBe(0);
  const report = JSON.parse(ended.stdout) as BenchmarkReport;
  expect(report.models.map(({ model }) => model)).toEqual(["model", "quick_output"]);
  const [base, tuned] = report.models;
  const delta = report.deltas["quick_output"]?.["perplexity"];
  expect(delta?.delta).toBeCloseTo(
    (tuned?.scores["perplexity"] ?? 0) - (base?.scores["perplexity"] ?? 0),
    9,
  );
  expect(delta).toMatchObject({
    better: true,
    low: expect.any(Number) as number,
    p: expect.any(Number) as number,
  });
  const questions = (rows: readonly ResultRow[]): unknown[] =>
    rows.map(({ prompt, references, line }) => [prompt, references, line]);
  expect(questions(rowsOf(1))).toEqual(questions(rowsOf(2)));
  // asked in the template of the adapter, both: the loss of the base is over the same tokens
  expect(rowsOf(1).map(({ loss }) => loss?.tokens)).toEqual(
    rowsOf(2).map(({ loss }) => loss?.tokens),
  );
  // what it is asked is what it was trained on, but for the row it was validated on, and the report says so
  expect(report.contamination).toMatchObject({ questions: 11, answered: 11 });
  expect(base?.general).toBeGreaterThan(1);
  const bar = await runProgram([...asked.slice(0, -1), "--fail-if-worse", "perplexity"], { cwd });
  expect(bar.code, bar.stderr).toBe(0);
  expect(bar.stdout).toMatch(/perplexity .* better, p /);
  const swapped = ["benchmark", "quick_output", "model", ...asked.slice(3, -1), "-o", "swapped"];
  const worse = await runProgram([...swapped, "--no-forgetting", "--fail-if-worse", "perplexity"], {
    cwd,
  });
  expect(worse.code, worse.stdout).toBe(1);
});

test("an earlier evaluation takes part, with the page and the Markdown beside the JSON", async () => {
  const evaluated = ["evaluate", "quick_output", "--data", "test.jsonl", "--max-gen-length", "3"];
  expect(await runProgram(evaluated, { cwd })).toMatchObject({ code: 0 });
  const args = [
    "benchmark",
    "model",
    "--data",
    "test.jsonl",
    "--max-gen-length",
    "3",
    "-o",
    "past",
  ];
  const ended = await runProgram([...args, "--compare-with", "evaluation", "--json"], { cwd });
  expect(ended.code, ended.stderr).toBe(0);
  expect((JSON.parse(ended.stdout) as BenchmarkReport).models).toHaveLength(2);
  const page = readFileSync(join(cwd, "past", "report.html"), "utf8");
  expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt; | &lt;b&gt;");
  expect(page.match(/<script/g)).toHaveLength(1);
  expect(page).not.toMatch(/src=|href=|url\(/);
  expect(readFileSync(join(cwd, "past", "report.md"), "utf8")).toMatch(
    /\| exact_match \| 0\.\d{4} \|/,
  );
  const other = [
    ...args.slice(0, -1),
    "other",
    "--data",
    "train.jsonl",
    "--compare-with",
    "evaluation",
  ];
  const refused = await runProgram(other, { cwd });
  expect(refused).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("used other rows") as string,
  });
});

test("a task is asked of both, its scores compared in their own directions", async () => {
  const task = resolve("tests/fixtures/eval/tasks/continuation.yaml");
  const args = ["benchmark", "model", "quick_output", "--task", task, "-o", "task"];
  const ended = await runProgram([...args, "--no-forgetting", "--json"], { cwd });
  expect(ended.code, ended.stderr).toBe(0);
  const report = JSON.parse(ended.stdout) as BenchmarkReport;
  expect(report.signature).toBe("lm-eval|loglikelihood|shots:0");
  const [base, tuned] = report.models;
  expect(Object.keys(base?.scores ?? {})).toEqual(["perplexity", "acc"]);
  const delta = report.deltas["quick_output"]?.["perplexity"];
  const difference = (tuned?.scores["perplexity"] ?? 0) - (base?.scores["perplexity"] ?? 0);
  expect(delta?.delta).toBeCloseTo(difference, 6);
  expect(delta?.better).toBe(difference < 0);
  expect((delta?.wins ?? 0) + (delta?.ties ?? 0) + (delta?.losses ?? 0)).toBe(report.samples);
  expect(report.contamination).toBeNull();
  const alone = await runProgram(["evaluate", "model", "--task", task, "-o", "alone", "--json"], {
    cwd,
  });
  expect(JSON.parse(alone.stdout)).toMatchObject({ scores: base?.scores });
  const bar = await runProgram([...args, "--fail-if-worse", "rougeL"], { cwd });
  expect(bar.stderr).toMatch(/none of the metrics \(perplexity, acc\)/);
});

test("a judge is asked about each pair in both orders, and its verdicts stand in the report", async () => {
  await makeToyModel(join(cwd, "judge"), { config: { max_position_embeddings: 2048 } });
  writeRows(join(cwd, "preferred.jsonl"), [
    { index: 0, better: "quick_output" },
    { index: 1, better: "tie" },
  ]);
  const args = [...ask, "--data", "test.jsonl", "-o", "judged", "--no-forgetting"];
  const judged = [...args, "--judge", "judge", "--ratings", "preferred.jsonl", "--json"];
  const ended = await runProgram(judged, { cwd });
  expect(ended.code, ended.stderr).toBe(0);
  const { judge } = JSON.parse(ended.stdout) as BenchmarkReport;
  const pair = judge?.pairs["quick_output"];
  expect((pair?.wins ?? 0) + (pair?.ties ?? 0) + (pair?.losses ?? 0)).toBe(2);
  const { wins = 0, ties = 0 } = pair ?? {};
  expect(pair?.winRate).toBeCloseTo((wins + ties / 2) / 2, 12);
  expect(pair?.cost.calls).toBe(4);
  expect(pair?.agreement).toMatchObject({ count: 2, weights: "none" });
  const lines = readFileSync(join(cwd, "judged", "judge", "judged-2.jsonl"), "utf8").trim();
  expect(lines.split("\n").map((line) => (JSON.parse(line) as { replies: [] }).replies)).toEqual(
    Array.from({ length: 2 }, () => [
      ...[0, 1].map(() => ({
        evidence: expect.any(String) as string,
        better: expect.stringMatching(/^(A|B|tie)$/) as string,
      })),
    ]),
  );
  expect(readFileSync(join(cwd, "judged", "report.md"), "utf8")).toMatch(
    /judged by judge: quick_output win rate/,
  );
});

const refusals: [args: string[], told: RegExp][] = [
  [["benchmark", "model"], /nothing to compare/],
  [["benchmark", "model", "model"], /named twice/],
  [[...ask, "--fail-if-worse", "bleu"], /none of the metrics/],
  [[...ask, "--fail-if-worse", "rougeL:x"], /none of the metrics/],
];
test.each(refusals)("%j is refused", async (args, told) => {
  const ended = await runProgram(args, { cwd });
  expect(ended.stderr).toMatch(told);
  expect(ended.code).toBe(2);
});

test("two checkpoints of a run are compared, question by question", async () => {
  const train = ["train", "start", "model", "train.jsonl", "--template", "chatml", "--lr", "0.03"];
  const saved = [...train, "--iters", "12", "--save-steps", "6", "--output", "run"];
  expect(await runProgram(saved, { cwd })).toMatchObject({ code: 0 });
  const checkpoints = [6, 12].map((step) => `run/checkpoints/step-${step}`);
  const asked = ["--data", "train.jsonl", "--metrics", "perplexity", "--no-forgetting", "--json"];
  const ended = await runProgram(["benchmark", ...checkpoints, ...asked, "-o", "two"], { cwd });
  expect(ended.code, ended.stderr).toBe(0);
  const report = JSON.parse(ended.stdout) as BenchmarkReport;
  expect(report.models.map(({ model }) => model)).toEqual(checkpoints);
  const [early, late] = report.models.map(({ scores }) => scores["perplexity"] ?? 0);
  expect(late).toBeLessThan(early ?? 0);
  expect(report.deltas[checkpoints[1] ?? ""]?.["perplexity"]).toMatchObject({ better: true });
  const rows = readFileSync(join(cwd, "two", "model-2", "results.jsonl"), "utf8").trim();
  expect(rows.split("\n").length).toBeGreaterThan(10);
});
