// Answers that are JSON by a schema, and calls of tools: what is valid, what is the same, how much of it.
import { describe, expect, test } from "vitest";
import { type Answer, scoreOf } from "../../../src/eval/metrics/metric.ts";
import { schemaValid } from "../../../src/eval/metrics/schema-valid.ts";
import { toolCallF1, toolCalls } from "../../../src/eval/metrics/tool-calls.ts";

const schema = { type: "object", required: ["a"], properties: { a: { type: "integer" } } };

describe("schema_valid", () => {
  const score = (prediction: string, fields: Answer["fields"]): number =>
    scoreOf(schemaValid, [{ prediction, references: [], fields }]);

  const places: [string, Answer["fields"]][] = [
    ["json_schema", { json_schema: schema }],
    ["schema as text", { schema: JSON.stringify(schema) }],
    ["response_format", { response_format: { type: "json_schema", json_schema: { schema } } }],
    ["a name and a schema", { schema: { name: "it", schema } }],
  ];
  test.each(places)("the schema may stand in %s", (_, fields) => {
    expect(score('{"a": 1}', fields)).toBe(1);
    expect(score('{"a": 1.5}', fields)).toBe(0);
    expect(score("{}", fields)).toBe(0);
    expect(score('{"a": 1', fields)).toBe(0);
  });

  test("drafts differ, formats count", () => {
    const pair = { items: [{ type: "integer" }, { type: "string" }] };
    expect(
      score('["x", 1]', {
        schema: { $schema: "http://json-schema.org/draft-07/schema#", ...pair },
      }),
    ).toBe(0);
    const prefix = { prefixItems: [{ type: "integer" }], items: false };
    expect(score("[1, 2]", { schema: prefix })).toBe(0);
    expect(score('"2024-02-30"', { schema: { type: "string", format: "date" } })).toBe(0);
  });

  test("without a schema, or with one that is none, nothing is valid, and the signature says so", () => {
    const answers = [{ a: 1 }, { schema: { type: "nothing" } }, { schema }].map((fields) => ({
      ...{ prediction: '{"a": 1}', references: [], fields },
    }));
    expect(scoreOf(schemaValid, answers)).toBeCloseTo(1 / 3, 12);
    expect(schemaValid.signature(answers)).toBe("ajv|without:2");
    expect(score("1", { schema: { $ref: "https://example.com/schema.json" } })).toBe(0);
  });
});

describe("tool_calls", () => {
  const weather = { name: "weather", arguments: { city: "Oslo", unit: "C" } };
  const time = { name: "time", arguments: {} };
  const score = (calls: Answer["calls"], referenceCalls: Answer["calls"]): [number, number] => {
    const answer = { prediction: "", references: [""], calls, referenceCalls };
    return [scoreOf(toolCalls, [answer]), scoreOf(toolCallF1, [answer])];
  };

  test("order and the writing of arguments do not count", () => {
    const text = { name: "weather", arguments: '{"unit": "C", "city": "Oslo"}' };
    expect(score([time, text], [weather, time])).toEqual([1, 1]);
    expect(score([], [])).toEqual([1, 1]);
  });

  test("what is missing, wrong or too much takes its share", () => {
    // 3 pieces each (the name and two arguments), 2 in common
    const other = { name: "weather", arguments: { city: "Oslo", unit: "F" } };
    expect(score([other], [weather])).toEqual([0, 2 / 3]);
    expect(score([weather, weather], [weather])[0]).toBe(0);
    // 6 said, 3 wanted, 3 in common
    expect(score([weather, weather], [weather])[1]).toBeCloseTo(2 / 3, 12);
    expect(score([{ name: "rain", arguments: weather.arguments }], [weather])).toEqual([0, 0]);
    expect(score([], [weather])).toEqual([0, 0]);
    expect(score([weather], [])).toEqual([0, 0]);
  });

  test("without calls told apart, the text is read as JSON", () => {
    const wanted = JSON.stringify({ function: weather });
    const answer = { prediction: JSON.stringify([weather]), references: [wanted] };
    expect(scoreOf(toolCalls, [answer])).toBe(1);
    expect(scoreOf(toolCalls, [{ ...answer, prediction: "weather in Oslo" }])).toBe(0);
  });
});
