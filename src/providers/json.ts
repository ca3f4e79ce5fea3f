// Looks into JSON that somebody else wrote: nothing of it is taken for granted.

export type JsonObject = { readonly [name: string]: unknown };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What stands at a path of names and places; undefined where anything on the way is missing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value;
  for (const step of path) {
    if (typeof step === "number") here = Array.isArray(here) ? here.at(step) : undefined;
    else here = isObject(here) && Object.hasOwn(here, step) ? here[step] : undefined;
  }
  return here;
}

/** A string at the path, else undefined. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" ? found : undefined;
}

/** A finite number of zero or more at the path, else undefined. */
export function countAt(value: unknown, ...path: readonly (string | number)[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === "number" && Number.isFinite(found) && found >= 0 ? found : undefined;
}

/** Strings under `name` of the objects in a list; none where it is no list. */
export function namesIn(list: unknown, name: string): string[] {
  if (!Array.isArray(list)) return [];
  return list.map((one: unknown) => textAt(one, name)).filter((text) => text !== undefined);
}

/** Content as text: a string, or a list of parts with text. */
export function contentText(content: unknown): string | undefined {
  if (typeof content === "string") return content;
  return Array.isArray(content) ? namesIn(content, "text").join("") : undefined;
}
