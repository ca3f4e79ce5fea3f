import { describe, expect, test } from "vitest";
import { jsonText, parseJson, parsePythonJson } from "../../../src/core/json-text.ts";

describe("parseJson", () => {
  test("gives what JSON.parse gives", () => {
    const text = '\n{"a": [1, -2.5e3, "x\\u0041\\n", null, true], "b": {}}\n';
    expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
  });

  test.each([
    ['{"a": 1,}', 1, 9, "a name in double quotes"],
    ["[1, 2", 1, 6, "the text ends where ',' or ']'"],
    ["{'a': 1}", 1, 2, '"\'"'],
    ['{"a": 1\n "b": 2}', 2, 2, "',' or '}'"],
    ['{"a": 1} {"b": 2}', 1, 10, "where the end"],
    ['["unclosed]', 1, 2, "a string that does not end"],
    ['["bad \\x escape"]', 1, 2, "bad escape"],
    ["[01]", 1, 3, "',' or ']'"],
    ["[NaN]", 1, 2, "a value"],
    ['{"a" 1}', 1, 6, "':'"],
    ["", 1, 1, "the text ends where a value"],
  ])("names the place in %j", (text, line, column, reason) => {
    const result = parseJson(text);
    if (result.ok) throw new Error("parsed");
    expect([result.problem.line, result.problem.column]).toEqual([line, column]);
    expect(result.problem.reason).toContain(reason);
  });

  test("finds the fault behind a string of ten million characters and behind deep nesting", () => {
    const long = parseJson(`["${"x".repeat(10_000_000)}" 1]`);
    const deep = parseJson(`${"[".repeat(100_000)}x`);
    expect(long).toMatchObject({ ok: false, problem: { offset: 10_000_004 } });
    expect(deep).toMatchObject({ ok: false, problem: { offset: 100_000 } });
  });
});

describe("parsePythonJson", () => {
  test("reads numbers that are not finite, outside strings only", () => {
    const text = '{"a": [0.0, Infinity, -Infinity], "NaN": NaN, "b": "NaN, \\"Infinity", "c": 1}';
    expect(parsePythonJson(text)).toEqual({
      ok: true,
      value: { a: [0, Infinity, -Infinity], NaN: NaN, b: 'NaN, "Infinity', c: 1 },
    });
  });

  test("gives what parseJson gives of everything else", () => {
    for (const text of ['{"a": "NaN"}', '{"a": 1,}', "", '["Infinity'])
      expect(parsePythonJson(text)).toEqual(parseJson(text));
  });

  test.each([
    ['{"a": NaN,\n "b": }', 2, 7],
    ["[Infinity, nan]", 1, 12],
    ["[NaNa]", 1, 5],
  ])("names the place of another fault in %j", (text, line, column) => {
    const result = parsePythonJson(text);
    if (result.ok) throw new Error("parsed");
    expect([result.problem.line, result.problem.column]).toEqual([line, column]);
  });

  test.each([
    ["[".repeat(300) + "]".repeat(300), 1],
    [`{"a": NaN,\n"b": ${'{"[": '.repeat(300)}1${"}".repeat(300)}}`, 2],
    [`[${"[".repeat(100_000)}${"]".repeat(100_000)}]`, 1],
  ])("refuses what is nested without end, with its line", (text, line) => {
    const result = parsePythonJson(text);
    if (result.ok) throw new Error("parsed");
    expect(result.problem).toMatchObject({ line, reason: "nested deeper than 256 levels" });
  });

  test("reads what is as deep as that", () => {
    expect(parsePythonJson("[".repeat(256) + "]".repeat(256)).ok).toBe(true);
  });
});

test("a value as text, whatever it hides", () => {
  expect(["a", null, 3, { toString: 1 }].map(jsonText)).toEqual([
    "a",
    "null",
    "3",
    '{"toString":1}',
  ]);
});
