// Every value that a schema allows can be written, and no other: beside ajv, over all values of small pools.
import { expect, test } from "vitest";
import { jsonSchemaConstraint } from "../../../../src/generate/constraints/index.ts";
import { byteVocabulary, canWrite } from "../../../support/constraints.ts";
import { validatorOf } from "../../../support/json-validator.ts";

function textsOf(letters: readonly string[], longest: number): string[] {
  const texts = [""];
  for (let at = 0; at < texts.length; at++) {
    const text = texts[at] ?? "";
    if (text.length < longest) texts.push(...letters.map((letter) => text + letter));
  }
  return texts;
}

/** Texts that JSON.stringify would write. */
function isCanonical(text: string): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === text;
  } catch {
    return false;
  }
}

function differences(schema: unknown, texts: readonly string[]): string[] {
  const constraint = jsonSchemaConstraint(schema, byteVocabulary);
  const isValid = validatorOf(schema);
  const isRight = (text: string): boolean => isCanonical(text) && isValid(JSON.parse(text));
  return texts.filter((text) => isRight(text) !== canWrite(constraint, text));
}

const numberTexts = textsOf(["-", ".", "0", "1", "5", "9"], 5);

test.each([
  { type: "integer" },
  { type: "number" },
  { type: "integer", minimum: -15, maximum: 105 },
  { type: "integer", exclusiveMinimum: -1, exclusiveMaximum: 9 },
  { type: "number", minimum: -1.5, exclusiveMaximum: 9.1 },
  { type: "number", exclusiveMinimum: 0.15, maximum: 0.91 },
  { type: "number", minimum: -0.05, maximum: 0.05 },
  { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 10 },
  { type: "number", minimum: 9.95, maximum: 11 },
  { type: "number", maximum: -9.1 },
  { type: "integer", multipleOf: 15 },
  { type: "number", multipleOf: 0.5, minimum: -5 },
  { type: "number", multipleOf: 1.5, maximum: 100 },
  { type: "integer", multipleOf: 0.3 },
  { type: "integer", not: { multipleOf: 5 } },
  { type: "number", not: { minimum: 1, maximum: 9 } },
  { type: ["integer", "null"], not: { enum: [5, 50] } },
  {
    oneOf: [
      { type: "integer", minimum: 5 },
      { type: "integer", maximum: 50 },
    ],
  },
  { enum: [1, -5, 0.5, 91], minimum: 0 },
])("numbers of %j", (schema) => {
  expect(differences(schema, numberTexts)).toEqual([]);
});

const listTexts = textsOf(["[", "]", ",", "0", "1"], 7).filter(
  (text) => text.startsWith("[") && text.endsWith("]"),
);
const bit = { enum: [0, 1] };

test.each([
  { type: "array", items: bit },
  { type: "array", items: bit, minItems: 1, maxItems: 2 },
  { type: "array", items: bit, uniqueItems: true },
  { type: "array", items: bit, contains: { const: 1 } },
  { type: "array", items: bit, contains: { const: 1 }, minContains: 2, maxItems: 3 },
  { type: "array", items: bit, contains: { const: 1 }, maxContains: 1 },
  { type: "array", prefixItems: [{ const: 0 }, bit], items: false },
  { type: "array", prefixItems: [{ const: 0 }], items: { const: 1 }, minItems: 2 },
  { anyOf: [bit, { type: "array", items: { $ref: "#" } }] },
  { type: "array", items: { type: "array", items: bit, maxItems: 1 }, minItems: 2 },
  { allOf: [{ items: bit }, { minItems: 1 }, { items: { minimum: 1 } }], type: "array" },
  { type: "array", items: bit, not: { contains: { const: 1 } } },
  { type: "array", items: bit, not: { minItems: 2 } },
])("lists of %j", (schema) => {
  expect(differences(schema, listTexts)).toEqual([]);
});

/** Objects of some of these names, in this order. */
function objectTexts(names: readonly string[], values: readonly unknown[]): string[] {
  const [name, ...rest] = names;
  if (name === undefined) return ["{}"];
  const others = objectTexts(rest, values).map((text) => JSON.parse(text) as object);
  const own = [undefined, ...values];
  return own.flatMap((value) => others.map((other) => JSON.stringify({ [name]: value, ...other })));
}

const closed = (properties: object, more: object = {}): object => ({
  type: "object",
  properties,
  additionalProperties: false,
  ...more,
});
const flag = { type: "boolean" };
const texts = objectTexts(["a", "b", "c"], [true, 1, "x"]);

test.each([
  closed({ a: flag, b: flag, c: flag }),
  closed({ a: flag, b: {}, c: { type: "string" } }, { required: ["b"] }),
  closed({ a: true, b: true, c: true }, { minProperties: 2 }),
  closed({ a: true, b: true, c: true }, { maxProperties: 1 }),
  closed({ a: true, b: true, c: true }, { minProperties: 1, maxProperties: 2, required: ["c"] }),
  closed({ a: true, b: true, c: true }, { dependentRequired: { a: ["c"], b: ["a"] } }),
  closed({ a: true, b: true, c: true }, { dependentSchemas: { a: { properties: { c: flag } } } }),
  closed({ a: true, b: true, c: true }, { anyOf: [{ required: ["a"] }, { required: ["b", "c"] }] }),
  closed({ a: true, b: true, c: true }, { oneOf: [{ required: ["a"] }, { required: ["b"] }] }),
  closed({ a: true, b: true, c: true }, { not: { required: ["a", "c"] } }),
  closed({ a: true, b: true, c: true }, { not: { properties: { a: flag } }, required: ["a"] }),
  closed({ a: true }, { additionalProperties: flag }),
  closed(
    { a: true },
    { additionalProperties: true, patternProperties: { "[ab]": { type: "integer" } } },
  ),
  closed({ a: flag, b: true, c: true }, { propertyNames: { not: { const: "b" } } }),
  closed({}, { patternProperties: { a: true, "^[bc]$": flag } }),
  { type: "object", patternProperties: { a: true }, additionalProperties: { type: "string" } },
  {
    allOf: [
      closed({ a: true, b: true, c: true }),
      { required: ["a"] },
      { properties: { b: flag } },
    ],
  },
  {
    allOf: [
      { type: "object", properties: { a: flag }, additionalProperties: true },
      { additionalProperties: { type: "string" }, properties: { a: true, b: true } },
    ],
  },
  { enum: [{ a: true, b: 1 }, { c: "x" }, { a: 1 }], properties: { a: flag } },
])("objects of %j", (schema) => {
  expect(texts.length).toBe(64);
  expect(differences(schema, texts)).toEqual([]);
});

test("conditions", () => {
  const schema = JSON.parse(`{ "type": "object", "additionalProperties": false,
    "properties": { "a": true, "b": true, "c": true },
    "if": { "properties": { "a": { "type": "boolean" } }, "required": ["a"] },
    "then": { "required": ["b"] }, "else": { "required": ["c"] } }`) as unknown;
  expect(differences(schema, texts)).toEqual([]);
});

test.each([
  [
    { type: "string", minLength: 2, maxLength: 3 },
    ["é", "é\n", "\u0000\u001f", '"\\"', "😀😀😀", "abcd"],
  ],
  [{ type: "string", pattern: "^[^a]$" }, ["a", "\n", '"', "\\", "\u007f", "\u2028", "😀", "ab"]],
  [{ type: "string", pattern: "\\n" }, ["\n", "a\nb", "n", "\\n"]],
  [
    { type: "string", format: "date" },
    ["2024-02-29", "2023-02-29", "1900-02-29", "2000-02-29", "2024-04-31", "2024-12-31"],
  ],
  [
    { type: "string", format: "ipv4" },
    ["1.2.3.4", "255.255.255.255", "256.1.1.1", "1.2.3", "01.2.3.4"],
  ],
  [
    { type: "string", format: "uuid" },
    ["123e4567-e89b-12d3-a456-426614174000", "123e4567e89b12d3a456426614174000"],
  ],
])("strings of %j", (schema, values) => {
  expect(
    differences(
      schema,
      values.map((value) => JSON.stringify(value)),
    ),
  ).toEqual([]);
});

test("escapes are written in one way", () => {
  const constraint = jsonSchemaConstraint({ type: "string" }, byteVocabulary);
  expect(canWrite(constraint, String.raw`"\n\"\\\u0001\b"`)).toBe(true);
  const others = [
    String.raw`"\u000a"`,
    String.raw`"\/"`,
    String.raw`"\u00e9"`,
    String.raw`"\u001F"`,
    '"\n"',
    String.raw`"\ud800"`,
  ];
  expect(others.filter((text) => canWrite(constraint, text))).toEqual([]);
});

test("where properties are listed there are no others, unless others are said or needed", () => {
  const writes = (schema: unknown, text: string): boolean =>
    canWrite(jsonSchemaConstraint(schema, byteVocabulary), text);
  const texts = ["{}", '{"a":1}', '{"b":2}'];
  const of = (schema: object): boolean[] =>
    texts.map((text) => writes({ type: "object", ...schema }, text));
  expect(of({})).toEqual([true, true, true]);
  expect(of({ properties: {} })).toEqual([true, false, false]);
  expect(of({ properties: { a: true } })).toEqual([true, true, false]);
  expect(of({ properties: { a: true }, additionalProperties: true })).toEqual([true, true, true]);
  expect(of({ properties: {}, minProperties: 1 })).toEqual([false, true, true]);
  expect(of({ patternProperties: { a: true } })).toEqual([true, true, false]);
  expect(of({ required: ["a"] })).toEqual([false, true, false]);
});
