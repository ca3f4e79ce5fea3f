// Reads a zod object as a flat list of options: path, kind, choices, default, help, flag.
// Environment variables, flags, help text and the documentation all come from this list.
import { z } from "zod";
import { type FlagSpelling, flags } from "./flags.ts";

export type OptionKind = "number" | "boolean" | "string" | "list";

export interface Option {
  /** Keys from the root, for example ["lora", "r"]. */
  path: readonly string[];
  /** The path with dots. */
  key: string;
  kind: OptionKind;
  nullable: boolean;
  /** The words allowed, when only some are. */
  choices: readonly string[] | undefined;
  /** The schema's default; undefined when a value must be given or may be left out. */
  default: unknown;
  description: string;
  flag: FlagSpelling & { long: string };
}

interface Unwrapped {
  inner: z.core.$ZodType;
  nullable: boolean;
  default: unknown;
}

/** Takes default, prefault, optional and nullable off, remembering what they said. */
function unwrap(schema: z.core.$ZodType): Unwrapped {
  let inner = schema;
  let nullable = false;
  let fallback: unknown;
  for (;;) {
    if (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault)
      fallback = inner.def.defaultValue;
    else if (inner instanceof z.ZodNullable) nullable = true;
    else if (!(inner instanceof z.ZodOptional)) return { inner, nullable, default: fallback };
    inner = inner.def.innerType;
  }
}

function kindOf(schema: z.core.$ZodType, key: string): OptionKind {
  if (schema instanceof z.ZodNumber) return "number";
  if (schema instanceof z.ZodBoolean) return "boolean";
  if (schema instanceof z.ZodString || schema instanceof z.ZodEnum) return "string";
  if (schema instanceof z.ZodArray) return "list";
  throw new TypeError(`option ${key} has a kind that no flag can carry`);
}

function optionAt(path: readonly string[], schema: z.core.$ZodType): Option {
  const key = path.join(".");
  const { inner, nullable, default: fallback } = unwrap(schema);
  const spelling = flags.get(schema) ?? {};
  const leaf = path[path.length - 1] ?? "";
  return {
    path,
    key,
    kind: kindOf(inner, key),
    nullable,
    choices: inner instanceof z.ZodEnum ? inner.options.map(String) : undefined,
    default: fallback,
    description: z.globalRegistry.get(schema)?.description ?? "",
    flag: { ...spelling, long: spelling.long ?? kebab(leaf) },
  };
}

function kebab(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase();
}

/** Every leaf of an object schema, in the order it is written. */
export function optionsOf(schema: z.ZodObject, under: readonly string[] = []): Option[] {
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    const path = [...under, name];
    const { inner } = unwrap(field);
    return inner instanceof z.ZodObject ? optionsOf(inner, path) : [optionAt(path, field)];
  });
}

/** Text from a flag or an environment variable as the option's kind; text that does not fit stays text. */
export function valueFromText(option: Option, text: string): unknown {
  const word = text.trim();
  if (option.nullable && (word === "null" || word === "none")) return null;
  switch (option.kind) {
    case "number":
      return word !== "" && Number.isFinite(Number(word)) ? Number(word) : text;
    case "boolean":
      return (
        { true: true, "1": true, yes: true, false: false, "0": false, no: false }[word] ?? text
      );
    case "list":
      return listFromText(text);
    case "string":
      return text;
  }
}

/** "q_proj, v_proj" as its parts. */
export function listFromText(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
