import { describe, expect, test } from "vitest";
import type { SqlExample } from "../../../dev/datasets/text-to-sql-rows.ts";
import { readWikiSql, sqlIdentifier } from "../../../dev/datasets/wikisql.ts";
import { MalformedDataError } from "../../../src/data/errors.ts";
import { makeFolder } from "../../support/folders.ts";
import { jsonLines } from "../../support/rows.ts";

const table = {
  id: "1-10-2",
  header: ["Player", "Age", "No. of goals", "order"],
  types: ["text", "real", "real", "text"],
  rows: [],
};

async function convert(questions: readonly unknown[], tables: readonly unknown[] = [table]) {
  const files = { "q.jsonl": jsonLines(questions), "t.jsonl": jsonLines(tables) };
  const folder = makeFolder(files);
  const found: SqlExample[] = [];
  for await (const example of readWikiSql(`${folder}/q.jsonl`, `${folder}/t.jsonl`)) {
    found.push(example);
  }
  return found;
}

function asked(sel: number, agg: number, conds: unknown): unknown {
  return { phase: 1, table_id: "1-10-2", question: "Which?", sql: { sel, agg, conds } };
}

describe("readWikiSql", () => {
  test.each([
    [asked(0, 0, []), "SELECT Player FROM table_1_10_2"],
    [asked(1, 5, [[0, 0, "O'Neil"]]), "SELECT AVG(Age) FROM table_1_10_2 WHERE Player = 'O''Neil'"],
    [
      asked(2, 3, [
        [1, 1, "20"],
        [2, 2, 7.5],
        [3, 0, "3"],
      ]),
      `SELECT COUNT("No. of goals") FROM table_1_10_2 ` +
        `WHERE Age > 20 AND "No. of goals" < 7.5 AND "order" = '3'`,
    ],
    [asked(1, 1, [[1, 0, "about 20"]]), "SELECT MAX(Age) FROM table_1_10_2 WHERE Age = 'about 20'"],
  ])("%j", async (question, answer) => {
    const prompt =
      `Table: table_1_10_2 ( Player text , Age number , "No. of goals" number , "order" text )\n` +
      "Question: Which?";
    expect(await convert([question])).toEqual([{ prompt, answer }]);
  });

  test("a table's own name is used when it has one", async () => {
    const [example] = await convert([asked(0, 0, [])], [{ ...table, name: "players" }]);
    expect(example?.answer).toBe("SELECT Player FROM players");
  });

  test.each([
    [{ ...(asked(0, 0, []) as object), table_id: "9" }, "there is no table 9"],
    [asked(7, 0, []), "names a column or operator there is none of"],
    [asked(0, 0, [[0, 3, "x"]]), "names a column or operator there is none of"],
    [asked(0, 0, [["Age"]]), "a question needs question, table_id and sql"],
    [{ text: "a" }, "a question needs question, table_id and sql"],
    [[1], "a row must be an object"],
  ])("%j is not WikiSQL's", async (question, message) => {
    const converting = convert([asked(0, 0, []), question]);
    await expect(converting).rejects.toThrow(MalformedDataError);
    await expect(converting).rejects.toThrow(message);
    await expect(converting).rejects.toMatchObject({ at: { line: 2 } });
  });

  test("a tables file of another kind", async () => {
    await expect(convert([], [{ id: "1" }])).rejects.toThrow("a table needs id, header and types");
  });
});

test("sqlIdentifier quotes only what needs it", () => {
  const names = ["age", "Age_2", "2nd", "a b", 'say "x"', "Group"];
  expect(names.map(sqlIdentifier)).toEqual([
    "age",
    "Age_2",
    '"2nd"',
    '"a b"',
    '"say ""x"""',
    '"Group"',
  ]);
});
