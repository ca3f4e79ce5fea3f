// What schemas that hold together ask of a value, by kind of value: bounds, lengths, patterns, lists of names. References
// and alternatives are resolved before (alternatives.ts); what is written is built after (compiler.ts).
import { limits } from "../automata/limits.ts";
import { malformed, tooLarge } from "../problems.ts";
import { type Decimal, decimal } from "./decimal.ts";
import {
  below,
  isObject,
  type JsonObject,
  listed,
  type Located,
  located,
  named,
} from "./schema.ts";

export const kinds = ["null", "boolean", "number", "string", "array", "object"] as const;
export type Kind = (typeof kinds)[number];

/** Something with its place. */
export interface Placed<Value> {
  readonly value: Value;
  readonly path: string;
}

export interface Bound extends Placed<Decimal> {
  readonly isExclusive: boolean;
}

/** Names of one schema: what it says of a property depends on which of them it lists itself. */
export interface ObjectLayer {
  readonly properties: ReadonlyMap<string, Located>;
  readonly patterns: ReadonlyMap<string, Located>;
  /** Of all other names; undefined: it says nothing. */
  readonly others: Located | undefined;
}

export interface ArrayLayer {
  readonly first: readonly Located[];
  /** Behind those. */
  readonly others: Located | undefined;
  readonly contains: Located | undefined;
  readonly leastContained: number;
  readonly mostContained: number;
}

export interface Shape {
  readonly kinds: Set<Kind>;
  isInteger: boolean;
  /** Where kinds were named; undefined: nowhere, all are allowed. */
  kindsPath: string | undefined;
  /** Kinds that keywords were given for. */
  readonly mentioned: Set<Kind>;
  values: Placed<ReadonlyMap<string, unknown>> | undefined;
  readonly excluded: unknown[];
  low: Bound | undefined;
  high: Bound | undefined;
  readonly multiples: Placed<Decimal>[];
  readonly noMultiples: Placed<Decimal>[];
  readonly length: Range;
  readonly patterns: Placed<string>[];
  readonly noPatterns: Placed<string>[];
  readonly formats: Placed<string>[];
  readonly items: Range;
  unique: string | undefined;
  readonly arrays: ArrayLayer[];
  readonly size: Range;
  readonly required: Map<string, string>;
  readonly objects: ObjectLayer[];
  /** What names must be. */
  readonly names: Located[];
  /** Of the first schema. */
  readonly path: string;
}

export interface Range {
  least: number;
  most: number;
  path: string;
}

/** Keywords that no document can hold: what is asked by leaving something else out. */
export const excluded = Symbol("excluded");
export const noPattern = Symbol("noPattern");
export const noMultiple = Symbol("noMultiple");

type Reader = (shape: Shape, value: unknown, path: string, from: Located) => void;

function numberOf(value: unknown, path: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw malformed(path, "a number is expected");
}

function countOf(value: unknown, path: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  throw malformed(path, "a whole number from 0 is expected");
}

function textOf(value: unknown, path: string): string {
  if (typeof value === "string") return value;
  throw malformed(path, "a string is expected");
}

function raise(shape: Shape, bound: Bound): void {
  const order = shape.low === undefined ? 1 : bound.value.compare(shape.low.value);
  if (order > 0 || (order === 0 && bound.isExclusive)) shape.low = bound;
}

function lower(shape: Shape, bound: Bound): void {
  const order = shape.high === undefined ? -1 : bound.value.compare(shape.high.value);
  if (order < 0 || (order === 0 && bound.isExclusive)) shape.high = bound;
}

/** Draft 4 wrote `exclusiveMinimum: true` beside `minimum`. */
function bound(isLow: boolean, isExclusive: boolean): Reader {
  return (shape, value, path, { schema }) => {
    if (isExclusive && typeof value === "boolean") return;
    const flag = (schema as JsonObject)[isLow ? "exclusiveMinimum" : "exclusiveMaximum"];
    const exclusive = isExclusive || flag === true;
    const found = { value: decimal(numberOf(value, path)), path, isExclusive: exclusive };
    if (isLow) raise(shape, found);
    else lower(shape, found);
    shape.mentioned.add("number");
  };
}

function atLeast(kind: Kind, range: (shape: Shape) => Range): Reader {
  return (shape, value, path) => {
    const own = range(shape);
    const least = countOf(value, path);
    if (least > own.least) Object.assign(own, { least, path });
    shape.mentioned.add(kind);
  };
}

function atMost(kind: Kind, range: (shape: Shape) => Range): Reader {
  return (shape, value, path) => {
    const own = range(shape);
    const most = countOf(value, path);
    if (most < own.most) Object.assign(own, { most, path });
    shape.mentioned.add(kind);
  };
}

function onlyKinds(shape: Shape, names: readonly unknown[], path: string): void {
  const known: readonly string[] = [...kinds, "integer"];
  const wrong = names.find((name) => typeof name !== "string" || !known.includes(name));
  if (wrong !== undefined) throw malformed(path, `there is no type ${JSON.stringify(wrong)}`);
  const hasNumber = names.includes("number");
  for (const kind of kinds) {
    const isNamed = names.includes(kind) || (kind === "number" && names.includes("integer"));
    if (!isNamed) shape.kinds.delete(kind);
  }
  if (!hasNumber && names.includes("integer")) shape.isInteger = true;
  shape.kindsPath ??= path;
}

/** By their texts. */
function enumerated(shape: Shape, values: readonly unknown[], path: string): void {
  if (values.length > limits.values) throw tooLarge(path, `more than ${limits.values} values`);
  const named = new Map(values.map((value) => [textOfValue(value), value]));
  const before = shape.values?.value;
  const kept = [...named].filter(([text]) => before?.has(text) ?? true);
  shape.values = { value: new Map(kept), path };
}

/** Equal values have equal texts, whatever the order of their keys. */
export function textOfValue(value: unknown): string {
  return JSON.stringify(value, (_, inside: unknown) =>
    isObject(inside) ? Object.fromEntries(Object.entries(inside).sort(byName)) : inside,
  );
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function multiple(list: (shape: Shape) => Placed<Decimal>[]): Reader {
  return (shape, value, path) => {
    const number = numberOf(value, path);
    if (number <= 0) throw malformed(path, "a number above 0 is expected");
    list(shape).push({ value: decimal(number), path });
    shape.mentioned.add("number");
  };
}

function texts(list: (shape: Shape) => Placed<string>[]): Reader {
  return (shape, value, path) => {
    list(shape).push({ value: textOf(value, path), path });
    shape.mentioned.add("string");
  };
}

/** What each keyword asks. The next one is one line; those of arrays and objects that go together are layers. */
const readers: Readonly<Record<string, Reader>> = {
  type(shape, value, path, { schema }) {
    const names: unknown[] = Array.isArray(value) ? value : [value];
    const isNullable = (schema as JsonObject)["nullable"] === true;
    onlyKinds(shape, isNullable ? [...names, "null"] : names, path);
  },
  enum(shape, value, path) {
    if (!Array.isArray(value)) throw malformed(path, "a list of values is expected");
    enumerated(shape, value, path);
  },
  const: (shape, value, path) => enumerated(shape, [value], path),
  minimum: bound(true, false),
  maximum: bound(false, false),
  exclusiveMinimum: bound(true, true),
  exclusiveMaximum: bound(false, true),
  multipleOf: multiple((shape) => shape.multiples),
  minLength: atLeast("string", (shape) => shape.length),
  maxLength: atMost("string", (shape) => shape.length),
  pattern: texts((shape) => shape.patterns),
  format: texts((shape) => shape.formats),
  minItems: atLeast("array", (shape) => shape.items),
  maxItems: atMost("array", (shape) => shape.items),
  uniqueItems(shape, value, path) {
    if (value === true) shape.unique = path;
    shape.mentioned.add("array");
  },
  minProperties: atLeast("object", (shape) => shape.size),
  maxProperties: atMost("object", (shape) => shape.size),
  required(shape, value, path) {
    // Draft 3 wrote true or false into a property itself; it says nothing here.
    if (typeof value === "boolean") return;
    if (!Array.isArray(value)) throw malformed(path, "a list of names is expected");
    for (const [at, name] of value.entries()) {
      shape.required.set(textOf(name, below(path, at)), path);
    }
    shape.mentioned.add("object");
  },
  propertyNames(shape, value, path) {
    shape.names.push(located(value, path));
    shape.mentioned.add("object");
  },
};

function objectLayer(from: Located): ObjectLayer | undefined {
  const schema = from.schema as JsonObject;
  const all = (keyword: string): Map<string, Located> =>
    schema[keyword] === undefined ? new Map() : named(from, keyword);
  const keyword = ["additionalProperties", "unevaluatedProperties"].find(
    (one) => schema[one] !== undefined,
  );
  const others =
    keyword === undefined ? undefined : located(schema[keyword], below(from.path, keyword));
  const layer = { properties: all("properties"), patterns: all("patternProperties"), others };
  const isThere = layer.properties.size + layer.patterns.size > 0 || others !== undefined;
  return isThere || schema["properties"] !== undefined ? layer : undefined;
}

/** prefixItems with items (2020-12), or items as a list with additionalItems (before). */
function arrayLayer(from: Located): ArrayLayer | undefined {
  const schema = from.schema as JsonObject;
  const isOldList = Array.isArray(schema["items"]);
  const firstKeyword = isOldList ? "items" : "prefixItems";
  const otherKeyword = [isOldList ? "additionalItems" : "items", "unevaluatedItems"].find(
    (one) => schema[one] !== undefined,
  );
  const contains = schema["contains"];
  const isThere = [firstKeyword, "contains"].some((one) => schema[one] !== undefined);
  if (!isThere && otherKeyword === undefined) return undefined;
  const count = (keyword: string, usual: number): number =>
    schema[keyword] === undefined ? usual : countOf(schema[keyword], below(from.path, keyword));
  return {
    first: schema[firstKeyword] === undefined ? [] : listed(from, firstKeyword),
    others:
      otherKeyword === undefined
        ? undefined
        : located(schema[otherKeyword], below(from.path, otherKeyword)),
    contains: contains === undefined ? undefined : located(contains, below(from.path, "contains")),
    leastContained: count("minContains", 1),
    mostContained: count("maxContains", Infinity),
  };
}

function emptyShape(path: string): Shape {
  const range = (): Range => ({ least: 0, most: Infinity, path });
  return {
    kinds: new Set(kinds),
    isInteger: false,
    kindsPath: undefined,
    mentioned: new Set(),
    values: undefined,
    excluded: [],
    low: undefined,
    high: undefined,
    multiples: [],
    noMultiples: [],
    length: range(),
    patterns: [],
    noPatterns: [],
    formats: [],
    items: range(),
    unique: undefined,
    arrays: [],
    size: range(),
    required: new Map(),
    objects: [],
    names: [],
    path,
  };
}

function readHidden(shape: Shape, { schema, path }: Located): void {
  const hidden = schema as Readonly<Record<symbol, unknown>>;
  if (Object.hasOwn(hidden, excluded)) shape.excluded.push(hidden[excluded]);
  const pattern = hidden[noPattern];
  if (typeof pattern === "string") shape.noPatterns.push({ value: pattern, path });
  const factor = hidden[noMultiple];
  if (typeof factor === "number") shape.noMultiples.push({ value: decimal(factor), path });
}

/** Throws FT-CONSTRAINT-001 with the path of a keyword whose value is none. */
export function shapeOf(parts: readonly Located[]): Shape {
  const shape = emptyShape(parts[0]?.path ?? "#");
  for (const part of parts) {
    const schema = part.schema as JsonObject;
    for (const [keyword, value] of Object.entries(schema)) {
      if (!Object.hasOwn(readers, keyword)) continue;
      readers[keyword]?.(shape, value, below(part.path, keyword), part);
    }
    readHidden(shape, part);
    const object = objectLayer(part);
    if (object !== undefined) shape.objects.push(object);
    const array = arrayLayer(part);
    if (array !== undefined) shape.arrays.push(array);
  }
  if (shape.objects.length > 0) shape.mentioned.add("object");
  if (shape.arrays.length > 0) shape.mentioned.add("array");
  return shape;
}
