// Three forms of one row made one: fields that only one side changed are taken from there.

export interface FieldConflict {
  path: string;
  base?: unknown;
  ours?: unknown;
  theirs?: unknown;
}

export interface MergedRecord {
  /** With our values where the sides conflict. */
  value: unknown;
  conflicts: FieldConflict[];
}

type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function mergeFields(base: Fields, ours: Fields, theirs: Fields, path: string): MergedRecord {
  const value: Fields = {};
  const conflicts: FieldConflict[] = [];
  for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const inner = path === "" ? key : `${path}.${key}`;
    const merged = mergeValues(base[key], ours[key], theirs[key], inner);
    if (merged.value !== undefined) value[key] = merged.value;
    conflicts.push(...merged.conflicts);
  }
  return { value, conflicts };
}

/** Objects are merged key by key; lists, the turns of a conversation for one, as a whole. */
export function mergeValues(
  base: unknown,
  ours: unknown,
  theirs: unknown,
  path = "",
): MergedRecord {
  if (same(ours, theirs) || same(base, theirs)) return { value: ours, conflicts: [] };
  if (same(base, ours)) return { value: theirs, conflicts: [] };
  if (isObject(ours) && isObject(theirs)) {
    return mergeFields(isObject(base) ? base : {}, ours, theirs, path);
  }
  return { value: ours, conflicts: [{ path, base, ours, theirs }] };
}
