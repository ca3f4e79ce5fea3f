// The default training set: sizes, forms, what the splits may share, and that its queries follow from the questions.
import { expect, test } from "vitest";
import { questionForms } from "../../../dev/datasets/questions.ts";
import { type TextToSqlRow, textToSqlRows } from "../../../dev/datasets/text-to-sql.ts";
import { loadTokenizer } from "../../../src/text/index.ts";

const rows = textToSqlRows();
const all = Object.values(rows).flat();
const schemaOf = ({ table }: TextToSqlRow): string => JSON.stringify(table);
const questionOf = ({ prompt }: TextToSqlRow): string => prompt.split("\nQuestion : ")[1] ?? "";
const wordsOf = (text: string): string[] => text.match(/[A-Za-z]+|\d+/g) ?? [];
const share = <Item>(items: readonly Item[], holds: (item: Item) => boolean): number =>
  items.filter(holds).length / items.length;

test("has 5000, 500, 500 and 500 rows", () => {
  expect(Object.values(rows).map(({ length }) => length)).toEqual([5000, 500, 500, 500]);
});

test("asks in at least twelve forms, all of them in train and in both tests", () => {
  const names = questionForms.map(({ name }) => name).sort();
  expect(names.length).toBeGreaterThanOrEqual(12);
  for (const split of [rows.train, rows.test, rows.test_new_schemas])
    expect([...new Set(split.map(({ form }) => form))].sort()).toEqual(names);
});

test("uses every operator, every aggregate and none, one or two conditions", () => {
  const answers = rows.test_new_schemas.map(({ answer }) => answer);
  const parts = [" = ", " > ", " < ", " AND ", ..."COUNT MAX MIN SUM AVG".split(" ")];
  for (const part of parts) expect(answers.some((answer) => answer.includes(part))).toBe(true);
  expect(answers.some((answer) => !answer.includes("WHERE"))).toBe(true);
  expect(all.every(({ answer }) => answer.split(" AND ").length <= 2)).toBe(true);
});

test("no prompt occurs twice, so no test question was trained on", () => {
  expect(new Set(all.map(({ prompt }) => prompt)).size).toBe(all.length);
});

test("train has 400 schemas; the known part of the test asks about these", () => {
  const known = new Set(rows.train.map(schemaOf));
  expect(known.size).toBe(400);
  expect(rows.test.filter((row) => !known.has(schemaOf(row)))).toEqual([]);
});

test("the new part names no table of the other parts, not even in a value", () => {
  const tables = new Set(rows.test_new_schemas.map(({ table }) => table.name));
  const others = [...rows.train, ...rows.valid, ...rows.test];
  expect(others.filter(({ table }) => tables.has(table.name))).toEqual([]);
  const words = new Set(others.flatMap(({ prompt }) => wordsOf(prompt)));
  expect([...tables].filter((name) => words.has(name))).toEqual([]);
});

test("every name and value of a query stands in its question", () => {
  const keywords = new Set("SELECT FROM WHERE AND COUNT MAX MIN SUM AVG".split(" "));
  for (const row of all) {
    const asked = new Set(wordsOf(questionOf(row)));
    const missing = wordsOf(row.answer).filter((word) => !keywords.has(word) && !asked.has(word));
    expect([row.prompt, missing]).toEqual([row.prompt, []]);
  }
});

test("builtin/tiny has names, words, values and marks as single tokens", async () => {
  const tokenizer = await loadTokenizer("data/models/builtin-tiny");
  const lengths = new Map<string, number>();
  const isOneToken = (piece: string): boolean => {
    const length = lengths.get(piece) ?? tokenizer.encode(piece).length;
    lengths.set(piece, length);
    return length === 1;
  };
  const names = all.flatMap(({ table }) => [table, ...table.columns].map(({ name }) => name));
  expect(share([...new Set(names)], (name) => isOneToken(` ${name}`))).toBeGreaterThanOrEqual(0.99);
  const pieces = all.flatMap(
    ({ prompt, answer }) => `${prompt}\n${answer}`.match(/ ?\w+| ?[^\w\s]/g) ?? [],
  );
  expect(share([...new Set(pieces)], isOneToken)).toBeGreaterThanOrEqual(0.99);
});

test("three epochs of train are at most 1.2 million tokens in the model's own template", async () => {
  const tokenizer = await loadTokenizer("data/models/builtin-tiny");
  const sample = rows.train.slice(0, 500).map(({ prompt, answer }) => {
    const turns = `<|im_start|>user\n${prompt}<|im_end|>\n<|im_start|>assistant\n${answer}<|im_end|>\n`;
    return tokenizer.encode(turns).length;
  });
  const mean = sample.reduce((sum, length) => sum + length, 0) / sample.length;
  expect(3 * rows.train.length * mean).toBeLessThan(1_200_000);
});

test("another seed gives other rows", () => {
  expect(textToSqlRows(1).test[0]).not.toEqual(rows.test[0]);
});
