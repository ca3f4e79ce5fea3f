// The baselines that a tuned model has to beat: each on prompts whose right answer is known.
import { describe, expect, test } from "vitest";
import {
  exactMatch,
  isSameQuery,
  keywordRule,
  nearestNeighbour,
  shuffledAnswers,
} from "../../../dev/datasets/baselines.ts";
import { textToSqlRows } from "../../../dev/datasets/text-to-sql.ts";

const header = "Table : singers ( city text , age number , fee number )\nQuestion : ";

describe("the key-word rule", () => {
  test.each([
    [
      "What is the age of singers with city 'Paris' ?",
      "SELECT age FROM singers WHERE city = 'Paris'",
    ],
    ["What is the largest age in singers ?", "SELECT MAX ( age ) FROM singers"],
    [
      "Which city do singers with more than 30 as age and fee under 200 have ?",
      "SELECT city FROM singers WHERE age > 30 AND fee < 200",
    ],
  ])("%s", (question, query) => {
    expect(keywordRule(header + question)).toBe(query);
  });

  test("takes the first column for the one asked for, also where it is not", () => {
    expect(keywordRule(`${header}For singers with city 'Paris' , what is the age ?`)).toBe(
      "SELECT city FROM singers WHERE age = 'Paris'",
    );
  });

  test("answers nothing to another prompt", () => {
    expect(keywordRule("Hello")).toBe("");
  });
});

test("the nearest neighbour's query is copied as it stands", () => {
  const train = [
    { prompt: `${header}List every age in singers .`, answer: "A" },
    { prompt: `${header}List every fee in singers .`, answer: "B" },
  ];
  expect(nearestNeighbour(train, [`${header}List all fee values in singers .`])).toEqual(["B"]);
});

test("queries are compared without regard to the number of blanks", () => {
  expect(isSameQuery(" SELECT  age FROM singers\n", "SELECT age FROM singers")).toBe(true);
  expect(isSameQuery("SELECT age FROM singer", "SELECT age FROM singers")).toBe(false);
});

test("shuffled answers are the same answers under other prompts", () => {
  const { valid } = textToSqlRows();
  const shuffled = shuffledAnswers(valid, 3).map(({ answer }) => answer);
  expect([...shuffled].sort()).toEqual(valid.map(({ answer }) => answer).sort());
  expect(exactMatch(shuffled, valid)).toBeLessThan(0.05);
  expect(
    exactMatch(
      valid.map(({ answer }) => answer),
      valid,
    ),
  ).toBe(1);
});

test("no baseline answers a third of the questions over new schemas", () => {
  const { train, test_new_schemas: questions } = textToSqlRows();
  const prompts = questions.map(({ prompt }) => prompt);
  expect(exactMatch(prompts.map(keywordRule), questions)).toBeLessThan(1 / 3);
  expect(exactMatch(nearestNeighbour(train, prompts), questions)).toBeLessThan(1 / 3);
});
