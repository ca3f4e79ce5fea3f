// In which fields two rows differ. Not a difference of texts: a field is equal or it is not.

export interface FieldDifference {
  /** "meta.topic", "messages[1].content". */
  path: string;
  /** Absent where there was none. */
  before?: unknown;
  after?: unknown;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The inner values that both have or one has, by path; undefined where the two are not of one shape. */
function* parts(
  before: unknown,
  after: unknown,
): Generator<{ name: string; before: unknown; after: unknown }> {
  if (Array.isArray(before) && Array.isArray(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      yield { name: `[${index}]`, before: before[index], after: after[index] };
    }
  } else if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      yield { name: key, before: before[key], after: after[key] };
    }
  }
}

const areOfOneShape = (a: unknown, b: unknown): boolean =>
  (Array.isArray(a) && Array.isArray(b)) || (isObject(a) && isObject(b));

const joined = (path: string, name: string): string =>
  path === "" || name.startsWith("[") ? `${path}${name}` : `${path}.${name}`;

/** Differences of two JSON values, innermost first named. Rows that differ only in spelling have none. */
export function fieldDifferences(before: unknown, after: unknown, path = ""): FieldDifference[] {
  if (areOfOneShape(before, after)) {
    return [...parts(before, after)].flatMap((part) =>
      fieldDifferences(part.before, part.after, joined(path, part.name)),
    );
  }
  if (Object.is(before, after)) return [];
  return [
    {
      path,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    },
  ];
}
