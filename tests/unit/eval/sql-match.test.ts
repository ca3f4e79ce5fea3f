// Execution match: which answers find the same rows, where tables come from, and what hostile SQL comes to.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Answer, scoreOf } from "../../../src/eval/metrics/metric.ts";
import { sqlMatch } from "../../../src/eval/metrics/sql-match.ts";
import { Sqlite, sqlLimits } from "../../../src/eval/sql/sqlite.ts";
import { tablesIn } from "../../../src/eval/sql/tables.ts";

const prompt =
  "Table: manuals ( genre text , copies number , rating number , publisher text )\nQuestion: how many?";
const reference = "SELECT AVG ( copies ) FROM manuals WHERE rating < 65 AND genre = 'art'";

const same = (answer: Partial<Answer>): number =>
  scoreOf(sqlMatch, [{ prediction: "", references: [reference], prompt, ...answer }]);

describe("answers to a table in the short form, which has no rows", () => {
  const right = [
    "select avg(copies) as mean from manuals where genre = 'art' and rating < 65;",
    "```sql\nSELECT AVG(copies) FROM manuals WHERE NOT rating >= 65 AND genre = 'art'\n```",
    "SELECT SUM(copies) * 1.0 / COUNT(*) FROM manuals WHERE rating < 65 AND genre IN ('art')",
  ];
  test.each(right)("%s finds the same", (prediction) => expect(same({ prediction })).toBe(1));

  const wrong = [
    "SELECT AVG(copies) FROM manuals WHERE rating <= 65 AND genre = 'art'",
    "SELECT AVG(copies) FROM manuals WHERE rating < 64 AND genre = 'art'",
    "SELECT AVG(copies) FROM manuals WHERE rating < 65 AND genre = 'arts'",
    "SELECT AVG(copies) FROM manuals WHERE rating < 65",
    "SELECT SUM(copies) FROM manuals WHERE rating < 65 AND genre = 'art'",
    "SELECT AVG(copies), 1 FROM manuals WHERE rating < 65 AND genre = 'art'",
    "SELECT AVG(copies) FROM books WHERE rating < 65",
    "SELECT AVG(copies FROM",
    "",
    `${reference}; DROP TABLE manuals`,
  ];
  test.each(wrong)("%s does not", (prediction) => expect(same({ prediction })).toBe(0));
});

describe("tables and rows as statements", () => {
  const schema =
    "CREATE TABLE a (id INT PRIMARY KEY, name VARCHAR(20) DEFAULT 'x;)');\n" +
    "INSERT INTO a VALUES (1, 'it''s; one'), (2, 'two'), (3, 'two');";
  const ask = (prediction: string, wanted: string): number =>
    same({ prediction, references: [wanted], prompt: "?", fields: { schema } });

  test("results are multisets, and sequences where the reference orders them", () => {
    const wanted = "SELECT name FROM a";
    expect(ask("SELECT name FROM a ORDER BY id DESC", wanted)).toBe(1);
    expect(ask("SELECT DISTINCT name FROM a", wanted)).toBe(0);
    expect(ask(`${wanted} ORDER BY id DESC`, `${wanted} ORDER BY id`)).toBe(0);
    // an order inside parentheses orders no result
    const inner = "SELECT name FROM (SELECT * FROM a ORDER BY id)";
    expect(ask("SELECT name FROM a ORDER BY id DESC", inner)).toBe(1);
    expect(ask("SELECT id FROM a WHERE name = 'it''s; one'", "SELECT 1")).toBe(1);
  });

  test("of statements that change rows, the tables afterwards are compared", () => {
    const wanted = "UPDATE a SET name = 'b' WHERE id > 1";
    expect(ask("UPDATE a SET name = 'b' WHERE name = 'two'", wanted)).toBe(1);
    expect(ask("UPDATE a SET name = 'b'", wanted)).toBe(0);
    expect(ask("SELECT 'b'", wanted)).toBe(0);
  });

  test("a row without tables compares the text, and the signature counts it", () => {
    const answer = { prediction: "SELECT  1;", references: ["SELECT 1"], prompt: "?" };
    expect(scoreOf(sqlMatch, [answer])).toBe(1);
    expect(sqlMatch.signature([answer])).toMatch(/untried:1$/);
    expect(sqlMatch.signature([{ ...answer, prompt }])).toMatch(/untried:0$/);
  });

  test("quoted names and several tables are read", () => {
    const text = 'Table: "my t" ( "Size (cm), net" number , b text )\nTable u ( c text )';
    expect(tablesIn(text).statements).toEqual([
      'CREATE TABLE "my t" ("Size (cm), net" NUMERIC, b TEXT)',
      "CREATE TABLE u (c TEXT)",
    ]);
  });
});

test("every shipped question is tried, matches itself, and not its neighbour's query on the same table", () => {
  const file = "data/datasets/training/wikisql/chat/test.jsonl";
  const lines = readFileSync(file, "utf8").trim().split("\n").slice(0, 60);
  const answers = lines.map((line): Answer => {
    const { messages } = JSON.parse(line) as { messages: { content: string }[] };
    const [asked, answered] = messages.map(({ content }) => content) as [string, string];
    return { prediction: answered, references: [answered], prompt: asked };
  });
  expect(scoreOf(sqlMatch, answers)).toBe(1);
  expect(sqlMatch.signature(answers)).toMatch(/untried:0$/);
  const shifted = answers.map((answer) => ({
    ...answer,
    prediction: answer.prediction.replace(/ WHERE .*|(?<! WHERE .*)$/, " WHERE 1 = 0"),
  }));
  expect(scoreOf(sqlMatch, shifted)).toBeLessThan(0.05);
});

describe("hostile SQL ends in a problem, and the next statement runs", () => {
  const sqlite = new Sqlite({ milliseconds: 1500 });
  const endless = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t)";
  const hostile: [statement: string, problem: RegExp][] = [
    [`${endless} SELECT COUNT(*) FROM t`, /too long/],
    [`${endless} SELECT n FROM t`, /too large/],
    [`${endless} SELECT n FROM t ORDER BY -n`, /memory|too long|full/],
    ["SELECT randomblob(900000000)", /memory|too big/],
    ["SELECT replace(hex(zeroblob(400000)), '0', hex(zeroblob(400000)))", /memory|too big/],
    [`CREATE TABLE big AS ${endless} SELECT randomblob(1000) FROM t`, /full|memory|too long/],
    ["ATTACH '/etc/passwd' AS p", /not run/],
    ["/* a */ -- b\n attach 'x' AS p", /not run/],
    ["PRAGMA hard_heap_limit = 0", /not run/],
    ["SELECT load_extension('x')", /no such function|not authorized/],
    ["SELECT 1; SELECT 2", /more than one/],
    [" ; -- nothing", /no statement/],
  ];
  test.each(hostile)("%s", (statement, problem) => {
    expect(sqlite.run({ setup: [], statement })).toEqual({
      problem: expect.stringMatching(problem) as string,
    });
    expect(sqlite.run({ setup: [], statement: "SELECT 1" })).toMatchObject({ rows: [[1]] });
  });

  test("limits are what they are said to be", () => {
    const many = `WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t LIMIT ${sqlLimits.rows})`;
    expect(sqlite.run({ setup: [], statement: `${many} SELECT n FROM t` })).toMatchObject({
      isQuery: true,
    });
  });
});
