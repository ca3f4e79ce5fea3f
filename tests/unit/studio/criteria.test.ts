// Criteria as lines: names before a colon become words that rubrics take; a line without one is named by its place.
import { expect, test } from "vitest";
import { criteriaIn, isFile } from "../../../src/studio/web/pages/evaluate/criteria.ts";

test.each([
  ["correct: it gives what was asked", [{ name: "correct", about: "it gives what was asked" }]],
  ["Well put!: reads well", [{ name: "well_put", about: "reads well" }]],
  ["It is short", [{ name: "criterion_1", about: "It is short" }]],
  ["נכון: עונה על השאלה", [{ name: "criterion_1", about: "נכון: עונה על השאלה" }]],
  [
    "a: one\n\n  b: two: three  ",
    [
      { name: "a", about: "one" },
      { name: "b", about: "two: three" },
    ],
  ],
])("%j", (text, criteria) => {
  expect(criteriaIn(text)).toEqual(criteria);
});

test.each([
  ["rubrics/mine.yaml", true],
  ["/a folder/mine.json", true],
  ["correct: it is json", false],
  ["one.yml\ntwo.yml", false],
])("%j names a file: %j", (text, is) => {
  expect(isFile(text)).toBe(is);
});
