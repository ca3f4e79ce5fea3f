// Reads a zod object as a flat list of options: path, shape, choices, default, help, flag.
// Environment variables, flags, help text and the documentation all come from this list.
import { z } from "zod";
import { type FlagSpelling, flags } from "./flags.ts";
import { choicesOf, shapeOf, unwrap, type ValueShape } from "./value-shapes.ts";

export interface Option {
  /** Keys from the root, for example ["lora", "r"]. */
  path: readonly string[];
  /** The path with dots. */
  key: string;
  shape: ValueShape;
  nullable: boolean;
  /** The words that mean something here; none when any text does. */
  choices: readonly string[];
  /** The schema's default; undefined when a value must be given or may be left out. */
  default: unknown;
  description: string;
  flag: FlagSpelling & { long: string };
}

function optionAt(path: readonly string[], schema: z.core.$ZodType): Option {
  const key = path.join(".");
  const { nullable, default: fallback } = unwrap(schema);
  const shape = shapeOf(schema);
  if (shape === undefined) throw new TypeError(`option ${key} has a kind that no flag can carry`);
  const spelling = flags.get(schema) ?? {};
  const leaf = path[path.length - 1] ?? "";
  return {
    path,
    key,
    shape,
    nullable,
    choices: spelling.choices?.() ?? choicesOf(shape),
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

/** Every leaf of an object schema, in the order it is written. A record or a list is one leaf, whatever is in it. */
export function optionsOf(schema: z.ZodObject, under: readonly string[] = []): Option[] {
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    const path = [...under, name];
    const { inner } = unwrap(field);
    return inner instanceof z.ZodObject ? optionsOf(inner, path) : [optionAt(path, field)];
  });
}
