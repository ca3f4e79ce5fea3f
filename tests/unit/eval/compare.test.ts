// Differences of two models: their direction, their interval beside a computation of its own, and who wins where.
import { describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import {
  type Answer,
  bleu,
  compareAnswers,
  contamination,
  metrics,
} from "../../../src/eval/index.ts";

const random = Random.fromSeed(3);
/** So many answers of which a share is right. */
const answers = (count: number, share: number): Answer[] =>
  Array.from({ length: count }, () => ({
    prediction: random.next() < share ? "yes" : "no",
    references: ["yes"],
  }));

const exact = metrics.get("exact_match");

describe("a difference", () => {
  const [before, after] = [answers(400, 0.4), answers(400, 0.6)];

  test("has the direction of its metric", () => {
    const found = compareAnswers(exact, before, after);
    expect(found).toMatchObject({ better: true });
    expect(compareAnswers(exact, after, before)).toMatchObject({
      better: false,
      delta: -found.delta,
    });
    const losses = (sum: number): Answer[] => [
      { prediction: "", references: [], loss: { sum, tokens: 1 } },
    ];
    expect(compareAnswers(metrics.get("perplexity"), losses(1), losses(2))).toMatchObject({
      better: false,
    });
    expect(compareAnswers(exact, before, before)).toMatchObject({
      better: null,
      delta: 0,
      p: 1,
      ties: 400,
    });
  });

  test("has the interval that the normal distribution gives, about", () => {
    const { delta, low, high, p } = compareAnswers(exact, before, after);
    const right = (all: readonly Answer[]): number[] =>
      all.map(({ prediction }) => Number(prediction === "yes"));
    const [first, second] = [right(before), right(after)];
    const differences = first.map((value, at) => (second[at] ?? 0) - value);
    const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
    const variance =
      differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / differences.length;
    const width = 1.96 * Math.sqrt(variance / differences.length);
    expect(delta).toBeCloseTo(mean, 12);
    // 2,000 draws leave the ends of the interval uncertain by some 4 % of its width
    expect(Math.abs(low - (mean - width))).toBeLessThan(0.15 * width);
    expect(Math.abs(high - (mean + width))).toBeLessThan(0.15 * width);
    expect(p).toBeLessThan(0.002);
  });

  test("of nothing but chance is not sure", () => {
    const [one, other] = [answers(100, 0.5), answers(100, 0.5)];
    expect(compareAnswers(exact, one, other).p).toBeGreaterThan(0.02);
  });

  test("is the same for the same seed, and the corpus score decides, not the mean of sentences", () => {
    const metric = bleu();
    const some = (text: string): Answer[] => [
      { prediction: text, references: ["the cat sat on the mat today"] },
      { prediction: "a b c d", references: ["a b c d"] },
    ];
    const [first, second] = [some("the cat sat"), some("the cat sat on the mat")];
    expect(compareAnswers(metric, first, second)).toEqual(compareAnswers(metric, first, second));
    expect(compareAnswers(metric, first, second)).toMatchObject({ wins: 1, ties: 1, losses: 0 });
  });

  test("needs as many answers of both", () => {
    expect(() => compareAnswers(exact, before, after.slice(1))).toThrow(/same questions/);
  });
});

test("questions that stood among the training rows are found, whatever their case and spacing", () => {
  const asked = [
    { prompt: "user: What is  1 + 1?", reference: "2" },
    { prompt: "user: who?", reference: "me" },
    { prompt: "user: new", reference: "x" },
  ];
  const trained = [
    { prompt: "USER: what is 1 + 1?", reference: "2" },
    { prompt: "user: Who?", reference: "you" },
  ];
  expect(contamination(asked, trained)).toEqual({
    trainingRows: 2,
    questions: 2,
    answered: 1,
    indices: [0, 1],
  });
});
