// A field of a row by name: "topic", "meta.topic". What stands in `meta` is found by its own name too.

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function at(row: unknown, path: readonly string[]): unknown {
  let value = row;
  for (const name of path)
    value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value;
}

/** Undefined where the row has no such field. */
export function fieldOf(row: Json, path: string): unknown {
  const names = path.split(".");
  return at(row, names) ?? at(row["meta"], names) ?? at(row["metadata"], names);
}

/** As text, to group by: of an object that names a file, the file. Undefined where there is none. */
export function fieldText(row: Json, path: string): string | undefined {
  const value = fieldOf(row, path);
  if (value === undefined || value === null) return undefined;
  if (isObject(value) && typeof value["file"] === "string") return value["file"];
  return typeof value === "string" ? value : JSON.stringify(value);
}
