// Schemas that are refused: what is wrong, where, and by which code. And hostile ones: refused or compiled soon.
import { expect, test } from "vitest";
import { ConfigError } from "../../../../src/core/errors.ts";
import { Random } from "../../../../src/core/random.ts";
import { jsonSchemaConstraint } from "../../../../src/generate/constraints/index.ts";
import { byteVocabulary, randomText } from "../../../support/constraints.ts";
import { refusal } from "../../../support/refusal.ts";

const many = (count: number, make: (at: number) => unknown): Record<string, unknown> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`name_${at}`, make(at)]));
const nested = (levels: number, wrap: (inner: unknown) => unknown): unknown => {
  let schema: unknown = { type: "null" };
  for (let level = 0; level < levels; level++) schema = wrap(schema);
  return schema;
};

const requiring = (count: number): unknown[] =>
  Array.from({ length: count }, (_, at) => ({ type: "object", required: [`a${at}`] }));
const constants = (count: number): unknown[] =>
  Array.from({ length: count }, (_, at) => ({ const: at }));
const pairs = (count: number): unknown[] =>
  Array.from({ length: count }, (_, at) => ({
    anyOf: [{ required: [`a${at}`] }, { required: [`b${at}`] }],
  }));

const malformed: [schema: unknown, path: string][] = [
  [7, "#"],
  [null, "#"],
  [[], "#"],
  [{ type: "text" }, "#/type"],
  [{ type: ["string", 3] }, "#/type"],
  [{ properties: [] }, "#/properties"],
  [{ properties: { a: 3 } }, "#/properties/a"],
  [{ type: "object", properties: { "a/b~": { minLength: -1 } } }, "#/properties/a~1b~0/minLength"],
  [{ required: "a" }, "#/required"],
  [{ required: [1] }, "#/required/0"],
  [{ enum: 5 }, "#/enum"],
  [{ minimum: "1" }, "#/minimum"],
  [{ multipleOf: 0 }, "#/multipleOf"],
  [{ maxLength: 1.5 }, "#/maxLength"],
  [{ pattern: 5 }, "#/pattern"],
  [{ pattern: "(" }, "#/pattern"],
  [{ items: 5 }, "#/items"],
  [{ anyOf: {} }, "#/anyOf"],
  [{ anyOf: [1] }, "#/anyOf/0"],
  [{ allOf: [{ oneOf: 1 }] }, "#/allOf/0/oneOf"],
  [{ $ref: 5 }, "#/$ref"],
  [{ $ref: "#/$defs/none" }, "#/$ref"],
  [{ $ref: "#none" }, "#/$ref"],
  [{ patternProperties: { "[": {} } }, "#/patternProperties/["],
  [{ dependentRequired: 3 }, "#/dependentRequired"],
  [{ not: { properties: { a: 5 } } }, "#/not/properties/properties/a/not"],
];

const unsupported: [schema: unknown, path: string][] = [
  [{ $ref: "other.json" }, "#/$ref"],
  [{ $dynamicRef: "#a" }, "#/$dynamicRef"],
  [{ type: "array", items: { type: "string" }, uniqueItems: true }, "#/uniqueItems"],
  [{ pattern: "(a)\\1" }, "#/pattern"],
  [{ properties: { a: { pattern: "a\\b" } } }, "#/properties/a/pattern"],
  [{ type: "object", not: { const: { a: 1 } } }, "#"],
];

const unsatisfiable: [schema: unknown, path: string][] = [
  [false, "#"],
  [{ type: "integer", minimum: 5, maximum: 1 }, "#/maximum"],
  [{ type: "integer", exclusiveMinimum: 1, exclusiveMaximum: 2 }, "#/exclusiveMaximum"],
  [{ type: "integer", minimum: 1.2, maximum: 1.8 }, "#/maximum"],
  [{ type: "integer", multipleOf: 10, minimum: 11, maximum: 19 }, "#/maximum"],
  [{ type: "number", minimum: 1e300 }, "#/minimum"],
  [{ type: "string", minLength: 4, maxLength: 3 }, "#/maxLength"],
  [{ type: "string", pattern: "^a{5}$", maxLength: 3 }, "#/maxLength"],
  [{ type: "string", pattern: "^a", format: "date" }, "#/pattern"],
  [{ allOf: [{ pattern: "^a" }, { pattern: "^b" }], type: "string" }, "#/allOf/0/pattern"],
  [{ type: "array", minItems: 3, maxItems: 2 }, "#/maxItems"],
  [{ type: "array", items: false, minItems: 1 }, "#/items"],
  [{ type: "object", required: ["a"], properties: { a: false } }, "#/properties/a"],
  [{ type: "object", required: ["a"], additionalProperties: false }, "#/additionalProperties"],
  [{ type: "object", minProperties: 3, maxProperties: 2 }, "#/maxProperties"],
  [{ type: "object", minProperties: 2 }, "#/minProperties"],
  [{ type: "object", required: ["ab"], propertyNames: { maxLength: 1 } }, "#/required"],
  [{ enum: [] }, "#/enum"],
  [{ enum: [1, 2], type: "string" }, "#/enum"],
  [{ enum: ["a", "bb"], minLength: 3 }, "#/enum"],
  [{ allOf: [{ type: "string" }, { type: "null" }] }, "#/allOf/0/type"],
  [{ allOf: [{ const: 1 }, { const: 2 }] }, "#/allOf/1/const"],
  [{ type: "string", not: { type: "string" } }, "#/type"],
  [{ anyOf: [false, false] }, "#/anyOf/0"],
  [{ oneOf: [{ type: "null" }, { type: "null" }] }, "#/oneOf/0/type"],
  [{ $ref: "#" }, "#"],
  [
    { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } },
    "#/$defs/a",
  ],
  [{ type: "object", properties: { a: { $ref: "#" } }, required: ["a"] }, "#"],
  [{ type: "array", items: { $ref: "#" }, minItems: 1 }, "#"],
];

const cyclic: { properties: Record<string, unknown> } = { properties: {} };
cyclic.properties["a"] = cyclic;

const tooLarge: [schema: unknown, path: string | undefined][] = [
  [nested(100_000, (items) => ({ items })), "#"],
  [cyclic, "#"],
  [nested(120, (items) => ({ type: "array", items, minItems: 1 })), undefined],
  [{ type: "string", maxLength: 1e9 }, "#/maxLength"],
  [{ type: "string", pattern: "(a{1,500}b){1,5000}" }, "#/pattern"],
  [{ type: "string", pattern: "^[ab]*a[ab]{18}$", maxLength: 60 }, "#"],
  [{ properties: { a: { type: "string", pattern: "a.{30}b", maxLength: 90 } } }, "#/properties/a"],
  [{ enum: Array.from({ length: 10_001 }, (_, at) => at) }, "#/enum"],
  [{ enum: Array.from({ length: 2000 }, (_, at) => "a".repeat(at)) }, undefined],
  [{ type: "integer", multipleOf: 123_457 }, "#/multipleOf"],
  [
    {
      allOf: Array.from({ length: 20 }, (_, at) => ({
        anyOf: [{ minimum: at }, { maximum: -at }],
      })),
    },
    "#",
  ],
  [{ type: "array", minItems: 1e9 }, "#/minItems"],
  [{ anyOf: requiring(20_000) }, "#/anyOf"],
  [{ oneOf: requiring(2000) }, "#/oneOf"],
  // each place is small enough, and all of them together are not
  [{ properties: many(20, () => ({ oneOf: constants(150) })) }, "#/properties/name_8/oneOf"],
  [{ allOf: [...pairs(30), { anyOf: [false, false] }] }, "#"],
  [{ enum: Array.from({ length: 200_000 }, (_, at) => `v${at}`) }, "#/enum"],
  [{ const: "x".repeat(1_000_000) }, undefined],
  [{ required: ["k".repeat(500_000)] }, undefined],
  [{ type: "object", properties: many(20_000, () => ({ type: "integer" })) }, "#"],
  [{ type: "object", required: Object.keys(many(50_000, () => true)) }, "#"],
  [{ type: "object", properties: many(1000, () => true), minProperties: 500 }, "#/minProperties"],
];

const kinds: [code: string, cases: readonly (readonly [unknown, string | undefined])[]][] = [
  ["001", malformed],
  ["002", unsupported],
  ["003", unsatisfiable],
  ["004", tooLarge],
];
const named = kinds.flatMap(([code, cases]) =>
  cases.map(([schema, path], at) => [code, at + 1, path, schema] as const),
);

test.each(named)("FT-CONSTRAINT-%s, case %i, at %s", (code, _, path, schema) => {
  const { cpuUsage } = process;
  const before = cpuUsage();
  const error = refusal(() => jsonSchemaConstraint(schema, byteVocabulary), ConfigError);
  const { user } = cpuUsage(before);
  expect(error.code, error.message).toBe(`FT-CONSTRAINT-${code}`);
  if (path !== undefined) expect(error.at?.field, error.message).toBe(path);
  // Ten times what the slowest takes by itself.
  expect(user / 1000).toBeLessThan(10_000);
});

const long = "ab".repeat(50_000);

const large: [name: string, schema: unknown][] = [
  ["ninety levels", nested(90, (items) => ({ type: "array", items }))],
  [
    "many names",
    {
      type: "object",
      properties: many(1500, () => ({ type: "null" })),
      additionalProperties: true,
    },
  ],
  [
    "ten thousand values",
    { enum: Array.from({ length: 10_000 }, (_, at) => `value ${at * 7919}`), minLength: 3 },
  ],
  ["a million characters", { type: "string", minLength: 1e6 }],
  ["a long name that is asked for", { anyOf: [{ required: [long] }, { required: ["b"] }] }],
  ["long values that end differently", { enum: [`${long}x`, `${long}y`, 1] }],
  ["nested stars", { type: "string", pattern: "^((((a*)*)*)*)*b$" }],
  ["stars side by side", { type: "string", pattern: "^(.*)*(.*)*(.*)*(.*)*x$" }],
  ["counted choices", { type: "string", pattern: "^(a|aa|aaa|a{5}){1,400}$" }],
  ["counts in counts", { type: "string", pattern: "^(.{0,60}a){0,60}$" }],
  ["one place of many", { type: "string", pattern: "a.{24}$" }],
  [
    "kinds apart",
    {
      oneOf: Array.from({ length: 100 }, (_, at) => ({
        type: "object",
        properties: { kind: { const: at } },
        required: ["kind"],
      })),
    },
  ],
];

test.each(large)("%s: compiled, and written in bounded time and memory", (_, schema) => {
  const before = process.cpuUsage();
  const constraint = jsonSchemaConstraint(schema, byteVocabulary);
  const written = randomText(constraint, byteVocabulary, Random.fromSeed(1), {
    free: 2000,
    most: 2000,
  });
  expect(written.tokens.length).toBeGreaterThan(1);
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(20_000);
});

test("names that are none are left out of what is ruled out", () => {
  const strange = { toString: 3, valueOf: [] };
  const schema = {
    type: "object",
    properties: { a: true },
    not: { required: [null, strange, "a"] },
  };
  const { text } = randomText(
    jsonSchemaConstraint(schema, byteVocabulary),
    byteVocabulary,
    Random.fromSeed(1),
  );
  expect(text).toBe("{}");
});

test("a schema without end under anyOf is what its other branches are", () => {
  const constraint = jsonSchemaConstraint(
    { anyOf: [{ $ref: "#" }, { type: "boolean" }] },
    byteVocabulary,
  );
  const texts = [1, 2, 3, 4, 5, 6].map(
    (seed) => randomText(constraint, byteVocabulary, Random.fromSeed(seed)).text,
  );
  expect(new Set(texts)).toEqual(new Set(["true", "false"]));
});
