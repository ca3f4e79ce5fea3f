// What the demonstrations print: the last line, time left, and who leads in the proof.
import { describe, expect, test } from "vitest";
import { leadOf, proofText } from "../../../dev/quick/proof-report.ts";
import { answeredText, type QuickResult, reportText } from "../../../dev/quick/report.ts";

const questions = ["a", "b", "c", "d"].map((name) => ({
  prompt: `Table: ${name}\nQuestion: which?`,
  answer: `SELECT ${name}`,
}));

const result: QuickResult = {
  ...{ model: "builtin/toy", output: "out", questions },
  before: ["It is\na.", "SELECT b…", "", "SELECT d"],
  after: ["SELECT a", " SELECT b\n", "SELECT d", "SELECT d"],
  trained: {
    ...{ seconds: 100, peakBytes: 2e9, parameters: 135e6, trainable: 4.9e6 },
    ...{ steps: 40, rows: 320, passes: 1, tokens: 26_000 },
  },
  seconds: { "set-up": 40, training: 100, "questions after": 25 },
  askingBytes: 1e9,
};

describe("the report of make quick", () => {
  const text = reportText(result);

  test("ends with how many were right; blanks around an answer do not count, a cut one is wrong", () => {
    expect(text.endsWith("\nRight on tables never seen: 1 of 4 before, 3 of 4 after\n")).toBe(true);
  });

  test("shows three questions with both answers whole", () => {
    expect(text.match(/Question: which\?/g)).toHaveLength(3);
    expect(text).toContain("  expected: SELECT a\n  before:   It is\n            a.\n");
  });

  test.each([
    "builtin/toy, 4.9M of 135M parameters",
    "320 rows, 26000 tokens, 40 steps",
    "at most 2 GB resident in training, 1 GB in asking",
    "set-up 40s, training 1m 40s, questions after 25s; 2m 45s together",
    "--adapter out/final_model",
  ])("states %s", (part) => {
    expect(text).toContain(part);
  });
});

test("rows that were seen more than once are not counted as more rows", () => {
  const trained = { ...result.trained, passes: 3 };
  expect(reportText({ ...result, trained })).toContain("320 rows, 3 times each, 26000 tokens");
});

test("time left is what the answers so far took, for those to come", () => {
  const text = answeredText("before", 5, 20, 10);
  expect(text).toBe("before: 5 of 20 questions answered, left 30s");
});

describe("the table of make quick-proof", () => {
  const table = {
    base: { "known tables": 90, "new tables": 10 },
    tuned: { "known tables": 95, "new tables": 92.5 },
    rules: { "known tables": 20, "new tables": 22.5 },
  };

  test("the lead is over the best of the others, on the tables asked about", () => {
    expect(leadOf(table, "new tables")).toBe(70);
    expect(leadOf(table, "known tables")).toBe(5);
  });

  test("has a line for each, and ends with the lead", () => {
    const lines = proofText("title", table).split("\n");
    expect(lines).toHaveLength(6);
    expect(lines[3]).toMatch(/^tuned +95\.0 % +92\.5 %$/);
    expect(lines.at(-1)).toContain("leads by 70.0 points");
  });
});
