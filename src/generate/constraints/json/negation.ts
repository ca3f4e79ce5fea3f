// What a value must be so that a schema does not hold: one way for each of the schema's keywords. A keyword of which the
// opposite cannot be written gives no way, so that every way given is right and some may be missing.
import { below, isObject, type JsonObject, type Located, located, type Schema } from "./schema.ts";
import { excluded, type Kind, kinds, noMultiple, noPattern } from "./shape.ts";

type Opposite = (
  value: unknown,
  context: { schema: JsonObject; not: (schema: unknown) => Schema },
) => Schema[];

const ofKind = (type: string, rest: object): Schema => ({ type, ...rest });

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

/** The opposite of a bound is the bound on the other side. */
function numeric(keyword: string): Opposite {
  return (value) => (isNumber(value) ? [ofKind("number", { [keyword]: value })] : []);
}

function count(kind: Kind, keyword: string, change: number): Opposite {
  return (value) =>
    isNumber(value) && value + change >= 0 ? [ofKind(kind, { [keyword]: value + change })] : [];
}

function otherKinds(value: unknown): Schema[] {
  const names = new Set<unknown>(Array.isArray(value) ? value : [value]);
  const others = kinds.filter((kind) => {
    const isNamed = names.has(kind) || (kind === "number" && names.has("integer"));
    return !isNamed;
  });
  return others.length === 0 ? [] : [{ type: others }];
}

function eachExcluded(values: readonly unknown[]): Schema[] {
  return [{ allOf: values.map((value) => ({ [excluded]: value })) }];
}

const opposites: Readonly<Record<string, Opposite>> = {
  type: otherKinds,
  const: (value) => eachExcluded([value]),
  enum: (value) => (Array.isArray(value) ? eachExcluded(value) : []),
  minimum: numeric("exclusiveMaximum"),
  maximum: numeric("exclusiveMinimum"),
  exclusiveMinimum: numeric("maximum"),
  exclusiveMaximum: numeric("minimum"),
  multipleOf: (value) => (isNumber(value) ? [ofKind("number", { [noMultiple]: value })] : []),
  minLength: count("string", "maxLength", -1),
  maxLength: count("string", "minLength", 1),
  pattern: (value) => (typeof value === "string" ? [ofKind("string", { [noPattern]: value })] : []),
  minItems: count("array", "maxItems", -1),
  maxItems: count("array", "minItems", 1),
  minProperties: count("object", "maxProperties", -1),
  maxProperties: count("object", "minProperties", 1),
  contains: (value, { schema, not }) => {
    const isPlain = schema["minContains"] === undefined && schema["maxContains"] === undefined;
    return isPlain ? [ofKind("array", { items: not(value) })] : [];
  },
  required: (value) =>
    (Array.isArray(value) ? value : [])
      .filter((name) => typeof name === "string")
      .map((name) => ofKind("object", { properties: { [name]: false } })),
  properties: (value, { not }) =>
    Object.entries(isObject(value) ? value : {}).map(([name, inside]) =>
      ofKind("object", { required: [name], properties: { [name]: not(inside) } }),
    ),
  not: (value) => [value as Schema],
  allOf: (value, { not }) => (Array.isArray(value) ? value.map(not) : []),
  anyOf: (value, { not }) => (Array.isArray(value) ? [{ allOf: value.map(not) }] : []),
};

export class Negation {
  readonly #nots = new Map<unknown, Schema>();
  readonly #ways = new Map<unknown, readonly Located[]>();

  /** The schema `{ not: schema }`, one object for one schema. */
  not(schema: unknown): Schema {
    if (typeof schema === "boolean") return !schema;
    let made = this.#nots.get(schema);
    if (made === undefined) this.#nots.set(schema, (made = { not: schema }));
    return made;
  }

  /** Ways in which the schema does not hold. `follow` gives what a reference points at. */
  ways({ schema, path }: Located, follow: (reference: unknown) => Located): readonly Located[] {
    if (typeof schema === "boolean") return schema ? [] : [{ schema: true, path }];
    const known = this.#ways.get(schema);
    if (known !== undefined) return known;
    const not = (one: unknown): Schema => this.not(one);
    const own = Object.entries(schema).flatMap(([keyword, value]) => {
      const opposite = Object.hasOwn(opposites, keyword) ? opposites[keyword] : undefined;
      const found = opposite?.(value, { schema, not }) ?? [];
      return found.map((one) => located(one, below(path, keyword)));
    });
    const reference = schema["$ref"];
    const referred =
      reference === undefined ? [] : [{ schema: not(follow(reference).schema), path }];
    const ways = [...own, ...referred];
    this.#ways.set(schema, ways);
    return ways;
  }
}
