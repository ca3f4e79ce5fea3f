// ROUGE, BLEU and chrF beside rouge-score and sacrebleu: tests/fixtures/eval/make_scores.py wrote what they say.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  type Answer,
  bleu,
  chrf,
  type Metric,
  rouge,
  type RougeName,
  scoreOf,
} from "../../../src/eval/index.ts";

interface Fixture {
  rows: [prediction: string, references: string[], scores: number[]][];
  corpora: {
    from: number;
    to: number;
    scores: Record<string, { score: number; signature: string }>;
  }[];
}

const file = new URL("../../fixtures/eval/scores.json", import.meta.url);
const { rows, corpora } = JSON.parse(readFileSync(file, "utf8")) as Fixture;
const answers: Answer[] = rows.map(([prediction, references]) => ({ prediction, references }));

const names: RougeName[] = ["rouge1", "rouge2", "rougeL", "rougeLsum"];
const ofEach: [string, Metric][] = [
  ...[true, false].flatMap((stemmer) =>
    names.map((name): [string, Metric] => [
      `${name}, stemmer ${stemmer}`,
      rouge(name, { stemmer }),
    ]),
  ),
  ["bleu of a sentence", bleu({ effectiveOrder: true })],
  ["chrf of a sentence", chrf()],
  ["chrf++ of a sentence", chrf({ wordOrder: 2 })],
];

/** Both compute in doubles, in orders of their own: 1e-9 of what is at most 100. */
const digits = 9;

test.each(ofEach)("%s", (name, metric) => {
  const at = ofEach.findIndex(([other]) => other === name);
  for (const [index, answer] of answers.entries()) {
    const said = JSON.stringify(answer);
    expect(scoreOf(metric, [answer]), said).toBeCloseTo(rows[index]?.[2][at] ?? Number.NaN, digits);
  }
});

const ofCorpora: Record<string, Metric> = {
  bleu: bleu(),
  "bleu intl": bleu({ tokenizer: "intl" }),
  "bleu zh": bleu({ tokenizer: "zh" }),
  "bleu char": bleu({ tokenizer: "char" }),
  "bleu none": bleu({ tokenizer: "none" }),
  "bleu lc": bleu({ lowercase: true }),
  "bleu floor": bleu({ smoothing: "floor" }),
  "bleu add-k": bleu({ smoothing: "add-k" }),
  "bleu add-k 0.5": bleu({ smoothing: "add-k", smoothingValue: 0.5 }),
  "bleu unsmoothed": bleu({ smoothing: "none" }),
  chrf: chrf(),
  "chrf++": chrf({ wordOrder: 2 }),
  "chrf lc": chrf({ lowercase: true }),
  "chrf beta 1": chrf({ beta: 1 }),
};

describe.each(corpora)("rows $from to $to", ({ from, to, scores }) => {
  test.each(Object.entries(ofCorpora))("%s", (name, metric) => {
    const some = answers.slice(from, to);
    expect(scoreOf(metric, some)).toBeCloseTo(scores[name]?.score ?? Number.NaN, digits);
    expect(metric.signature(some)).toBe(scores[name]?.signature);
  });
});
