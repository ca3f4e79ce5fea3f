// A configuration layer: some values, where they came from, and the order in which layers win.
// Merging and checking is resolve.ts; reading files is files.ts.
import type { Location } from "../../core/errors.ts";

/** Lowest first: a later kind wins over an earlier one. */
export const LAYER_ORDER = [
  "default",
  "preset",
  "profile",
  "user",
  "project",
  "config",
  "environment",
  "argument",
  "flag",
] as const;

export type LayerKind = (typeof LAYER_ORDER)[number];

/** Nested values as they were written, not yet checked. */
export type RawValues = Readonly<Record<string, unknown>>;

export interface ConfigLayer {
  kind: LayerKind;
  values: RawValues;
  /** Origin of the value at a path, for example `preset:quick` or `flag:--epochs`. */
  originOf(path: readonly string[]): string;
  /** Where in a file the value stands, when the layer is a file. */
  locate?(path: readonly string[]): Location;
}

/** A layer whose values all come from one place. */
export function layer(kind: LayerKind, name: string, values: RawValues): ConfigLayer {
  return { kind, values, originOf: () => (name === "" ? kind : `${kind}:${name}`) };
}

export function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path, or undefined. Items of a list have their number as key. */
export function valueAt(values: RawValues, path: readonly string[]): unknown {
  let current: unknown = values;
  for (const key of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, key))
      return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return current;
}

/** Sets the value at a path, making the groups on the way. */
export function setAt(
  values: Record<string, unknown>,
  path: readonly string[],
  value: unknown,
): void {
  let current = values;
  for (const key of path.slice(0, -1)) {
    const next = Object.hasOwn(current, key) ? current[key] : undefined;
    if (isGroup(next)) current = next;
    else {
      const made: Record<string, unknown> = {};
      current[key] = made;
      current = made;
    }
  }
  const last = path[path.length - 1];
  if (last !== undefined) current[last] = value;
}
