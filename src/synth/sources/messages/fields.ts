// Fields of exports' JSON, which promises nothing: each asked for by its kind, absent where it is of another.

export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** An identifier, which some exports write as a number. */
export function idOf(value: unknown): string | undefined {
  return typeof value === "number" ? String(value) : textOf(value);
}

/** Seconds since 1970, a number or one in quotes, as ISO 8601. */
export function isoFromSeconds(value: unknown): string | undefined {
  const seconds = typeof value === "string" ? Number(value) : value;
  if (typeof seconds !== "number" || !Number.isFinite(seconds) || Math.abs(seconds) > 8e12)
    return undefined;
  return seconds === 0 ? undefined : new Date(seconds * 1000).toISOString();
}

/** Only what is set, for readonly optional fields. */
export function present<T extends object>(
  fields: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
