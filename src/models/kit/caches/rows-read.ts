// How far rows that are read together have come, and what becomes of that when some leave and others join them.
// Arithmetic alone: the tokens themselves are the caches'.

export interface RowsRead {
  /** Tokens of the longest row, padding included: of each row, as padding comes before it. */
  readonly offset: number;
  /** Tokens of padding before each row; undefined where there are none. */
  readonly padding: readonly number[] | undefined;
}

/** Several rows without padding are made with zeros where some are to leave: undefined is one row here. */
const paddingOf = ({ padding }: RowsRead): readonly number[] => padding ?? [0];

const usual = (padding: readonly number[]): readonly number[] | undefined =>
  padding.length === 1 && padding[0] === 0 ? undefined : padding;

/** Of these rows alone; padding that all of them have is let go. */
export function readOfRows(read: RowsRead, rows: readonly number[]): RowsRead {
  const before = paddingOf(read);
  const chosen = rows.map((row) => before[row] ?? 0);
  const shared = Math.min(...chosen);
  return { offset: read.offset - shared, padding: usual(chosen.map((count) => count - shared)) };
}

/** Of all rows as one; `before` is how much padding comes before each part. */
export function readTogether(parts: readonly RowsRead[]): RowsRead & { before: number[] } {
  const offset = Math.max(...parts.map((part) => part.offset));
  const before = parts.map((part) => offset - part.offset);
  const padding = parts.flatMap((part, at) => paddingOf(part).map((own) => own + before[at]!));
  return { offset, padding: usual(padding), before };
}
