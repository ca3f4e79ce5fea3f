// Metrics that are right or wrong: what counts as the same.
import { expect, test } from "vitest";
import { metrics, scoreOf } from "../../../src/eval/index.ts";

const cases: [metric: string, prediction: string, references: string[], score: number][] = [
  ["exact_match", " yes\n", ["yes"], 1],
  ["exact_match", "Yes", ["yes"], 0],
  ["exact_match", "b", ["a", "b"], 1],
  ["normalized_match", "The Answer!", ["answer"], 1],
  ["normalized_match", "another", ["other"], 0],
  ["accuracy", "Positive.", ["positive"], 1],
  ["accuracy", "positive, I think", ["positive"], 0],
  ["numeric_match", "so 3 + 4 = 1,007.0 apples", ["#### 1007"], 1],
  ["numeric_match", "-2", ["2"], 0],
  ["numeric_match", "none", ["none"], 0],
  ["numeric_match", "1,2", ["2"], 1],
  ["f1", "the cat sat", ["a cat sat down"], 0.8],
  ["f1", "", ["the"], 1],
  ["f1", "", ["dog"], 0],
  ["json_valid", '{"a": [1]}', ["anything"], 1],
  ["json_valid", "{a: 1}", ["{}"], 0],
  ["json_match", '{"b": 1, "a": [1, 2]}', ['{"a":[1,2],"b":1}'], 1],
  ["json_match", "[2, 1]", ["[1, 2]"], 0],
];

test.each(cases)("%s of %j beside %j is %d", (name, prediction, references, score) => {
  expect(scoreOf(metrics.get(name), [{ prediction, references }])).toBeCloseTo(score, 12);
});

test("a mean is over answers", () => {
  const answers = ["a", "b", "c"].map((prediction) => ({ prediction, references: ["a"] }));
  expect(scoreOf(metrics.get("exact_match"), answers)).toBeCloseTo(1 / 3, 12);
});

const ofTexts = metrics.names().filter((name) => metrics.get(name).looksAt === "prediction");

test.each(ofTexts)("%s of no answers is a number, and its best is its scale", (name) => {
  const metric = metrics.get(name);
  expect(scoreOf(metric, [])).toBe(0);
  const answer = { prediction: '"one two three four"', references: ['"one two three four"'] };
  const same = name === "numeric_match" ? { prediction: "4", references: ["4"] } : answer;
  const fields = { json_schema: { type: "string" } };
  expect(scoreOf(metric, [{ ...same, fields }])).toBeCloseTo(metric.scale ?? Number.NaN, 9);
});

test("a name that there is not says what there is", () => {
  expect(() => metrics.get("rogue1")).toThrow(/Unknown metric 'rogue1'/);
});
