// Parts of a row by the paths that sightings have: `messages[0].tool_calls[1].id`.

const keysOf = (path: string): string[] => path.match(/[^.[\]]+/g) ?? [];

type Holder = Record<string, unknown>;

/** What holds the last part, and its key; undefined where the path leads nowhere. */
function holderOf(row: unknown, path: string): { holder: Holder; key: string } | undefined {
  const keys = keysOf(path);
  const key = keys.pop();
  let value: unknown = row;
  for (const one of keys)
    value = typeof value === "object" && value !== null ? (value as Holder)[one] : undefined;
  if (
    key === undefined ||
    typeof value !== "object" ||
    value === null ||
    !Object.hasOwn(value, key)
  )
    return undefined;
  return { holder: value as Holder, key };
}

export function valueAt(row: unknown, path: string): unknown {
  const found = holderOf(row, path);
  return found?.holder[found.key];
}

/** Whether there was something to write over. */
export function setAt(row: unknown, path: string, value: unknown): boolean {
  const found = holderOf(row, path);
  if (found === undefined) return false;
  found.holder[found.key] = value;
  return true;
}

/** Takes a field of an object out. */
export function removeAt(row: unknown, path: string): boolean {
  const found = holderOf(row, path);
  if (found === undefined || Array.isArray(found.holder)) return false;
  delete found.holder[found.key];
  return true;
}
