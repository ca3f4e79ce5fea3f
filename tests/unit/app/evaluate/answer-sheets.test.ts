// Finished evaluations as the studio shows them: listed with how sure their scores are, compared row by row, the worst
// regressions first, with what a judge wrote.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import { answerSheets } from "../../../../src/app/evaluate/answer-sheets.ts";
import { answersTo, comparedRows } from "../../../../src/app/evaluate/compared-rows.ts";
import { evidenceOf } from "../../../../src/app/evaluate/judge-evidence.ts";
import { noteEvaluation } from "../../../../src/app/evaluate/known-evaluations.ts";
import { ResultsFolder } from "../../../../src/app/evaluate/results-file.ts";
import { scoreInterval } from "../../../../src/eval/score-interval.ts";
import { makeFolder } from "../../../support/folders.ts";

beforeEach(() => {
  vi.stubEnv("FT_HOME", makeFolder());
});

const scoresOf = (values: readonly number[]) => ({
  f1: values.reduce((sum, value) => sum + value, 0) / values.length,
});

async function written(folder: string, model: string, values: readonly number[]): Promise<string> {
  const results = await ResultsFolder.open(folder, { model }, values.length);
  for (const [index, value] of values.entries())
    results.add({
      ...{ index, file: "rows.jsonl", line: index + 1, prompt: `question ${index}` },
      ...{ prediction: `${model} says ${index}`, references: [`right ${index}`], tokens: 3 },
      ...{ finishReason: "stop", scores: { f1: value } },
    });
  const scores = scoresOf(values);
  await results.finish({ model, adapter: null, scores, samples: values.length, seconds: 1 });
  return folder;
}

const query = { limit: 10, offset: 0 };

test("a benchmark is a sheet a model, each with how sure its mean is", async () => {
  const folder = makeFolder();
  await written(join(folder, "model-1"), "base", [1, 0.5, 0.5, 0]);
  await written(join(folder, "model-2"), "tuned", [0, 0.5, 1, 1]);
  writeFileSync(join(folder, "report.json"), JSON.stringify({ judge: { model: "judy" } }));
  await noteEvaluation(folder);
  const alone = await written(makeFolder(), "alone", [1, 1]);
  await noteEvaluation(alone);
  const sheets = await answerSheets();
  expect(sheets.map(({ model }) => model).toSorted()).toEqual(["alone", "base", "tuned"]);
  const [base, tuned] = ["base", "tuned"].map((name) => sheets.find((one) => one.model === name));
  expect(tuned).toMatchObject({ benchmark: base?.benchmark, comparedWith: base?.id, samples: 4 });
  expect(tuned?.scores).toEqual([
    {
      ...{ metric: "f1", score: 0.625, better: "higher", scale: 1 },
      ...{ low: expect.any(Number) as number, high: expect.any(Number) as number },
    },
  ]);
  expect(tuned?.scores[0]?.low).toBeLessThan(0.625);

  const against = base?.id ?? "";
  const compared = await comparedRows(tuned?.id ?? "", { ...query, against });
  // the worst first, then what is alike in the order of the data
  expect(compared.rows.map(({ index, difference }) => [index, difference])).toEqual([
    [0, -1],
    [1, 0],
    [2, 0.5],
    [3, 1],
  ]);
  expect(compared.counts).toEqual({ win: 2, tie: 1, loss: 1 });
  expect(compared.delta).toMatchObject({ delta: 0.125, wins: 2, ties: 1, losses: 1 });
  const lost = await comparedRows(tuned?.id ?? "", { ...query, against, outcome: "loss" });
  expect([lost.total, lost.rows[0]?.answers[1]?.text]).toEqual([1, "base says 0"]);
  const words = await comparedRows(tuned?.id ?? "", { ...query, against, search: "RIGHT 2" });
  expect(words.rows.map(({ index }) => index)).toEqual([2]);
  const worst = await comparedRows(tuned?.id ?? "", { ...query, limit: 2 });
  expect([worst.rows.map(({ index }) => index), worst.counts]).toEqual([[0, 1], null]);

  const other = sheets.find(({ model }) => model === "alone")?.id;
  await expect(comparedRows(against, { ...query, against: other })).rejects.toMatchObject({
    code: "FT-EVAL-010",
  });
  await expect(comparedRows(against, { ...query, metric: "bleu" })).rejects.toMatchObject({
    code: "FT-EVAL-023",
  });
  await expect(comparedRows("none", query)).rejects.toMatchObject({ code: "FT-EVAL-022" });
  await expect(answersTo(against, 4, undefined)).rejects.toMatchObject({ code: "FT-EVAL-024" });

  mkdirSync(join(folder, "judge"));
  const replies = [
    { evidence: "the base names it", better: "A" },
    { evidence: "still the base", better: "B" },
  ];
  writeFileSync(
    join(folder, "judge", "judged-2.jsonl"),
    `${JSON.stringify({ index: 0, replies })}\n`,
  );
  expect(
    tuned && evidenceOf(tuned, 0).map(({ by, verdict, order }) => [by, verdict, order]),
  ).toEqual([
    ["judy", "base", "base first"],
    ["judy", "base", "other first"],
  ]);
  rmSync(alone, { recursive: true });
  expect(await answerSheets()).toHaveLength(2);
});

test("a judge's criteria are scores, and its words stand with the row", async () => {
  const folder = await written(makeFolder(), "tuned", [1, 0]);
  await noteEvaluation(folder);
  const criteria = { clear: { mean: 3.5, low: 3, high: 4, scale: [1, 5] } };
  writeFileSync(join(folder, "judgements.json"), JSON.stringify({ model: "judy", criteria }));
  const reply = { clear: { evidence: "short and plain", score: 4 } };
  const line = JSON.stringify({ index: 1, replies: [reply], tokens: 9 });
  writeFileSync(
    join(folder, "judgements.jsonl"),
    `${JSON.stringify({ index: 0, replies: [null] })}\n${line}\n`,
  );
  const [sheet] = await answerSheets();
  expect(sheet?.scores.at(-1)).toMatchObject({
    metric: "judge_clear",
    score: 3.5,
    low: 3,
    scale: 5,
  });
  expect(sheet && evidenceOf(sheet, 1)).toEqual([
    { by: "judy", criterion: "clear", verdict: 4, evidence: "short and plain", order: null },
  ]);
  expect(sheet && evidenceOf(sheet, 0)).toEqual([]);
});

test("an evaluation that has not ended is not listed", async () => {
  const folder = makeFolder();
  await ResultsFolder.open(folder, { model: "m" }, 2);
  await noteEvaluation(folder);
  expect(await answerSheets()).toEqual([]);
});

test("the interval of a share is near the binomial's", () => {
  const mean = {
    statistics: (value: number) => [value, 1],
    score: ([sum = 0, count = 1]: readonly number[]) => sum / count,
  };
  const rows = Array.from({ length: 400 }, (_, at) => (at < 100 ? 1 : 0));
  const { low = 0, high = 0 } = scoreInterval(mean, rows, 1) ?? {};
  // 0.25 ± 1.96 · sqrt(0.25 · 0.75 / 400)
  expect(low).toBeCloseTo(0.2076, 2);
  expect(high).toBeCloseTo(0.2924, 2);
  expect(scoreInterval(mean, [1], 1)).toBeNull();
});
