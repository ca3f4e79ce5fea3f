// The shape of an option's value, read from its zod schema: a number, a word, a list, a record, one of several.
// Only the shape: making a value of text is option-values.ts, checking it is zod's.
import { z } from "zod";

export type ValueShape =
  | { kind: "number" | "boolean" | "null" | "object" | "any" }
  | { kind: "string"; choices: readonly string[] | undefined }
  | { kind: "list"; item: ValueShape }
  | { kind: "record"; value: ValueShape }
  | { kind: "union"; members: readonly UnionMember[] };

export interface UnionMember {
  shape: ValueShape;
  schema: z.core.$ZodType;
}

interface Unwrapped {
  inner: z.core.$ZodType;
  nullable: boolean;
  default: unknown;
}

/** Takes default, prefault, optional, nullable and readonly off, remembering what they said. */
export function unwrap(schema: z.core.$ZodType): Unwrapped {
  let inner = schema;
  let nullable = false;
  let fallback: unknown;
  for (;;) {
    if (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault)
      fallback = inner.def.defaultValue;
    else if (inner instanceof z.ZodNullable) nullable = true;
    else if (!(inner instanceof z.ZodOptional || inner instanceof z.ZodReadonly))
      return { inner, nullable, default: fallback };
    inner = inner.def.innerType;
  }
}

function literalShape(values: readonly unknown[]): ValueShape | undefined {
  const [first] = values;
  if (first === null) return { kind: "null" };
  if (typeof first === "number" || typeof first === "boolean")
    return { kind: typeof first as "number" | "boolean" };
  return typeof first === "string" ? { kind: "string", choices: values.map(String) } : undefined;
}

function unionShape(schema: z.ZodUnion): ValueShape | undefined {
  const members = schema.options.map((option) => ({ shape: shapeOf(option), schema: option }));
  const known = members.filter((member): member is UnionMember => member.shape !== undefined);
  return known.length === members.length ? { kind: "union", members: known } : undefined;
}

function structuredShape(schema: z.core.$ZodType): ValueShape | undefined {
  if (schema instanceof z.ZodObject) return { kind: "object" };
  if (schema instanceof z.ZodUnion) return unionShape(schema);
  if (schema instanceof z.ZodArray) {
    const item = shapeOf(schema.element);
    return item === undefined ? undefined : { kind: "list", item };
  }
  if (!(schema instanceof z.ZodRecord)) return undefined;
  const value = shapeOf(schema.valueType);
  return value === undefined ? undefined : { kind: "record", value };
}

/** undefined for a kind of value that text cannot carry. A value that may be null is a union with null. */
export function shapeOf(schema: z.core.$ZodType): ValueShape | undefined {
  const { inner } = unwrap(schema);
  if (inner instanceof z.ZodNumber) return { kind: "number" };
  if (inner instanceof z.ZodBoolean) return { kind: "boolean" };
  if (inner instanceof z.ZodNull) return { kind: "null" };
  if (inner instanceof z.ZodUnknown || inner instanceof z.ZodAny) return { kind: "any" };
  if (inner instanceof z.ZodString) return { kind: "string", choices: undefined };
  if (inner instanceof z.ZodEnum) return { kind: "string", choices: inner.options.map(String) };
  if (inner instanceof z.ZodLiteral) return literalShape([...inner.values]);
  return structuredShape(inner);
}

/** Whether a value of this shape is written as JSON, or with several flags, rather than as one word. */
export function isStructured(shape: ValueShape): boolean {
  if (shape.kind === "union") return shape.members.some((member) => isStructured(member.shape));
  return shape.kind === "list" || shape.kind === "record" || shape.kind === "object";
}

/** The words that are allowed, when only some are; those of a union are the words of its members. */
export function choicesOf(shape: ValueShape): readonly string[] {
  if (shape.kind === "union") return shape.members.flatMap((member) => choicesOf(member.shape));
  return shape.kind === "string" ? (shape.choices ?? []) : [];
}

/** What may be given, for a message: `"auto" or a number`, `a list`, `keys and values`. */
export function describeShape(shape: ValueShape): string {
  switch (shape.kind) {
    case "number":
      return "a number";
    case "boolean":
      return "true or false";
    case "string":
      return shape.choices?.map((choice) => JSON.stringify(choice)).join(", ") ?? "text";
    case "list":
      return shape.item.kind === "object" ? "a list of objects" : "a list";
    case "record":
    case "object":
      return "keys and values";
    case "null":
      return "null";
    case "any":
      return "any value";
    case "union": {
      const parts = shape.members.map((member) => describeShape(member.shape));
      return [...new Set(parts)].join(" or ");
    }
  }
}
