// What a sweep's file may hold: its own keys, checked when it is read, and as a JSON Schema for editors, in which the
// settings of runs are those of a configuration, by group or by dotted key. Reads no files.
import { z } from "zod";
import { configJsonSchema } from "../config/schema.ts";

export const SweepFile = z.strictObject({
  base: z
    .union([z.string(), z.record(z.string(), z.unknown())])
    .default({})
    .describe(
      "What all runs have in common: a configuration file, from this file's folder, or settings",
    ),
  grid: z
    .record(z.string(), z.array(z.unknown()).min(1))
    .default({})
    .describe("Setting → values to try; every combination is a run"),
  list: z
    .array(z.record(z.string(), z.unknown()))
    .min(1)
    .optional()
    .describe("Settings that go together; each is combined with every point of the grid"),
  output_dir: z
    .string()
    .min(1)
    .default("./sweep")
    .describe("Folder of the sweep; each run has a folder below it"),
});

type Schema = Record<string, unknown>;
type Schemas = Record<string, Schema>;

const propertiesOf = (schema: Schema): Schemas => (schema["properties"] ?? {}) as Schemas;

const refTo = (path: string): Schema => ({ $ref: `#/$defs/${path}` });

const closed = (paths: readonly [string, Schema][]): Schema => ({
  type: "object",
  properties: Object.fromEntries(paths),
  additionalProperties: false,
});

/** A default is that of a configuration, not of what is tried in its place. Of a group each setting stands once. */
function settingOf(path: string, given: Schema): Schema {
  const { default: _, ...schema } = given;
  const keys = Object.keys(propertiesOf(schema));
  if (keys.length === 0) return schema;
  const inside = keys.map((key): [string, Schema] => [key, refTo(`${path}.${key}`)]);
  return { description: schema["description"], ...closed(inside) };
}

/** "lora.r" → schema of its value, groups among them: `lora` → an object with `r`. */
function settings(schemas: Schemas, under = ""): [string, Schema][] {
  return Object.entries(schemas).flatMap(([key, schema]): [string, Schema][] => {
    const path = under === "" ? key : `${under}.${key}`;
    return [[path, settingOf(path, schema)], ...settings(propertiesOf(schema), path)];
  });
}

/** JSON Schema of a sweep's file. */
export function sweepJsonSchema(): Schema {
  const all = settings(propertiesOf(configJsonSchema()));
  const refs = all.map(([path]): [string, Schema] => [path, refTo(path)]);
  const each = refs.filter(([path]) => path !== "output_dir");
  const own = z.toJSONSchema(SweepFile, { io: "input" }) as Schema;
  const { base, grid, list, output_dir: folder } = propertiesOf(own);
  const tried = each.map(([path, items]): [string, Schema] => [
    path,
    { type: "array", items, minItems: 1 },
  ]);
  const file = { type: "string", description: "A configuration file" };
  return {
    ...own,
    properties: {
      base: { ...base, anyOf: [file, closed(refs)] },
      grid: { description: grid?.["description"], ...closed(tried) },
      list: { ...list, items: closed(each) },
      output_dir: folder,
    },
    $defs: Object.fromEntries(all),
  };
}
