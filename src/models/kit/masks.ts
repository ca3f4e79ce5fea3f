// Which tokens see which: causal, within a window, within a segment, and never the padding before a row.
// Builds masks; whether one is needed at all is decided here too, because none is the fast way.
import { arange, type AttentionMask, int32, type Tensor } from "../../mx/index.ts";

/** Where queries and keys lie in the text read so far, padding included. */
export interface Span {
  /** Index of the first query. */
  query: number;
  /** How many queries. */
  length: number;
  /** Index of the first key; the last key is the last query. */
  key: number;
}

export interface Visibility {
  /** Tokens that a query sees, itself among them; absent: all before it. */
  window?: number | undefined;
  /** Tokens of padding before each row. */
  padding?: readonly number[] | undefined;
  /** (batch, length) int32: only equal numbers see each other. Without a cache only. */
  segments?: Tensor | undefined;
  /** (batch, length) int32: the segment that a query sees beside its own. */
  prefixes?: Tensor | undefined;
  /** (batch, length) int32, where distances are not those of indices. */
  positions?: Tensor | undefined;
}

/** (queries, 1) and (1, keys): indices that compare to (queries, keys). */
function indices({ query, length, key }: Span): { rows: Tensor; columns: Tensor } {
  const end = query + length;
  return { rows: arange(query, end).expandDims(1), columns: arange(key, end).expandDims(0) };
}

/** (batch, 1, queries, keys). Padding sees itself, so that no row of scores is empty. */
function beyondPadding(span: Span, padding: readonly number[]): Tensor {
  const { rows, columns } = indices(span);
  const starts = int32(padding, [padding.length, 1, 1, 1]);
  return columns.greaterEqual(starts.minimum(rows));
}

/** (batch, 1, queries, keys). */
function withinSegments(segments: Tensor, prefixes: Tensor | undefined): Tensor {
  const keys = segments.expandDims(1);
  const own = segments.expandDims(2).equal(keys);
  const seen = prefixes === undefined ? own : own.logicalOr(prefixes.expandDims(2).equal(keys));
  return seen.expandDims(1);
}

/** (queries, keys) or (batch, 1, queries, keys): how far a key lies before a query. */
function distances(span: Span, positions: Tensor | undefined): Tensor {
  const { rows, columns } = indices(span);
  if (positions === undefined) return rows.sub(columns);
  return positions.expandDims(2).sub(positions.expandDims(1)).expandDims(1);
}

/** None, causal, or booleans that broadcast to (batch, heads, queries, keys). */
export function attentionMask(
  span: Span,
  { window, padding, segments, prefixes, positions }: Visibility,
): AttentionMask {
  const reach = span.query + span.length - span.key;
  const isNarrow = window !== undefined && reach > window;
  const isPadded = padding?.some((count) => count > span.key) ?? false;
  if (!isNarrow && !isPadded && segments === undefined) return span.length === 1 ? "" : "causal";
  const { rows, columns } = indices(span);
  let visible = rows.greaterEqual(columns);
  if (isNarrow) visible = visible.logicalAnd(distances(span, positions).less(window));
  if (isPadded) visible = visible.logicalAnd(beyondPadding(span, padding ?? []));
  if (segments !== undefined) visible = visible.logicalAnd(withinSegments(segments, prefixes));
  return visible;
}
