// The default training set: sizes, forms, what the splits may share, and that its queries follow from the questions.
import { describe, expect, test } from "vitest";
import { questionForms } from "../../../dev/datasets/questions.ts";
import { type TextToSqlRow, textToSqlRows } from "../../../dev/datasets/text-to-sql.ts";

const rows = textToSqlRows();
const all = Object.values(rows).flat();
const tablesOf = (split: readonly TextToSqlRow[]): Set<string> =>
  new Set(split.map(({ table }) => table));
const columnsOf = (split: readonly TextToSqlRow[]): Set<string> =>
  new Set(split.flatMap(({ columns }) => columns));
const schemaOf = ({ table, columns }: TextToSqlRow): string => `${table} ${columns.join(" ")}`;
const questionOf = ({ prompt }: TextToSqlRow): string => prompt.split("\nQuestion: ")[1] ?? "";
const wordsOf = (text: string): string[] => text.match(/[A-Za-z]+|\d+/g) ?? [];

describe("the text-to-SQL set", () => {
  test("has at least 5000, 500, 500 and 500 rows", () => {
    expect(rows.train.length).toBeGreaterThanOrEqual(5000);
    for (const split of [rows.valid, rows.test, rows.test_new_schemas])
      expect(split.length).toBeGreaterThanOrEqual(500);
  });

  test("asks in at least twelve forms, all of them in train and in both tests", () => {
    const names = questionForms.map(({ name }) => name).sort();
    expect(names.length).toBeGreaterThanOrEqual(12);
    for (const split of [rows.train, rows.test, rows.test_new_schemas])
      expect([...new Set(split.map(({ form }) => form))].sort()).toEqual(names);
  });

  test("uses every operator, every aggregate and none, one or two conditions", () => {
    const answers = rows.test_new_schemas.map(({ answer }) => answer).join("\n");
    for (const part of [
      " = ",
      " > ",
      " < ",
      "COUNT (",
      "MAX (",
      "MIN (",
      "SUM (",
      "AVG (",
      " AND ",
    ])
      expect(answers).toContain(part);
    expect(all.every(({ answer }) => answer.split(" AND ").length <= 2)).toBe(true);
  });

  test("no prompt occurs twice, so no test question was trained on", () => {
    expect(new Set(all.map(({ prompt }) => prompt)).size).toBe(all.length);
  });

  test("the known part of the test asks about schemas of train", () => {
    const known = new Set(rows.train.map(schemaOf));
    expect(rows.test.filter((row) => !known.has(schemaOf(row)))).toEqual([]);
  });

  test("the new part shares no table with train, and each of its schemas has a new column", () => {
    const tables = tablesOf([...rows.train, ...rows.valid, ...rows.test]);
    const columns = columnsOf([...rows.train, ...rows.valid, ...rows.test]);
    for (const row of rows.test_new_schemas) {
      expect(tables).not.toContain(row.table);
      expect(row.columns.some((column) => !columns.has(column))).toBe(true);
    }
  });

  test("every name and value of a query stands in its question", () => {
    const keywords = new Set("SELECT FROM WHERE AND COUNT MAX MIN SUM AVG".split(" "));
    for (const row of all) {
      const asked = new Set(wordsOf(questionOf(row)));
      const missing = wordsOf(row.answer).filter((word) => !keywords.has(word) && !asked.has(word));
      expect([row.prompt, missing]).toEqual([row.prompt, []]);
    }
  });

  test("one question over one table has one answer", () => {
    const answers = new Map<string, string>();
    for (const { prompt, answer } of all) {
      const before = answers.get(prompt) ?? answer;
      expect(before).toBe(answer);
      answers.set(prompt, answer);
    }
  });

  test("another seed gives other rows", () => {
    expect(textToSqlRows(1).test[0]).not.toEqual(rows.test[0]);
  });
});
