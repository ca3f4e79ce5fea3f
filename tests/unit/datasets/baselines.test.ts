// The baselines that a tuned model has to beat: each on prompts whose right answer is known.
import { describe, expect, test } from "vitest";
import {
  exactMatch,
  keywordRule,
  nearestNeighbour,
  shuffledAnswers,
} from "../../../dev/datasets/baselines.ts";
import { textToSqlRows } from "../../../dev/datasets/text-to-sql.ts";

const header = "Table: singers ( city text , age number , fee number )\nQuestion: ";

describe("the key-word rule", () => {
  test.each([
    [
      "What is the age of singers with city 'Paris'?",
      "SELECT age FROM singers WHERE city = 'Paris'",
    ],
    ["What is the largest age in singers?", "SELECT MAX ( age ) FROM singers"],
    [
      "Which city do singers with age above 30 and fee under 200 have?",
      "SELECT city FROM singers WHERE age > 30 AND fee < 200",
    ],
  ])("%s", (question, query) => {
    expect(keywordRule(header + question)).toBe(query);
  });

  test("answers nothing to another prompt", () => {
    expect(keywordRule("Hello")).toBe("");
  });
});

test("the nearest neighbour's query is copied as it stands", () => {
  const training = [
    { prompt: `${header}List every age in singers.`, answer: "A" },
    { prompt: `${header}List every fee in singers.`, answer: "B" },
  ];
  const question = `${header}List all fee values in singers.`;
  expect(nearestNeighbour(training, [question])).toEqual(["B"]);
});

test("shuffled answers are the same answers under other prompts", () => {
  const { valid } = textToSqlRows();
  const shuffled = shuffledAnswers(valid, 3);
  expect(shuffled.map(({ prompt }) => prompt)).toEqual(valid.map(({ prompt }) => prompt));
  const answers = shuffled.map(({ answer }) => answer);
  expect([...answers].sort()).toEqual(valid.map(({ answer }) => answer).sort());
  expect(exactMatch(answers, valid)).toBeLessThan(0.05);
});

test("no baseline answers a third of the questions over new schemas", () => {
  const { train, test_new_schemas: all } = textToSqlRows();
  const questions = all.slice(0, 100);
  const prompts = questions.map(({ prompt }) => prompt);
  expect(exactMatch(prompts.map(keywordRule), questions)).toBeLessThan(1 / 3);
  expect(exactMatch(nearestNeighbour(train, prompts), questions)).toBeLessThan(1 / 3);
});
