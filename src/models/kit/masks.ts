// Which tokens see which: causal, within a window or a chunk, within a segment, and never the padding before a row.
// Builds masks; whether one is needed at all is decided here too, because none is the fast way.
import { arange, type AttentionMask, int32, type Tensor, where } from "../../mx/index.ts";

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
  /** Positions of a chunk, counted from the first: a query sees those of its own; absent: all before it. */
  chunk?: number | undefined;
  /** Tokens of padding before each row. */
  padding?: readonly number[] | undefined;
  /** (batch, length) int32: only equal numbers see each other, a 0 (padding) itself alone. Without a cache only. */
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
  // each token of padding is a segment
  const numbers = where(segments.equal(0), arange(-segments.dim(1), 0), segments);
  const keys = numbers.expandDims(1);
  const own = numbers.expandDims(2).equal(keys);
  const seen = prefixes === undefined ? own : own.logicalOr(prefixes.expandDims(2).equal(keys));
  return seen.expandDims(1);
}

/** (queries, keys) or (batch, 1, queries, keys): how far a key lies before a query. */
function distances(span: Span, positions: Tensor | undefined): Tensor {
  const { rows, columns } = indices(span);
  if (positions === undefined) return rows.sub(columns);
  return positions.expandDims(2).sub(positions.expandDims(1)).expandDims(1);
}

/** (queries, keys) or (batch, 1, queries, keys): whether both are of one chunk. */
function withinChunk(span: Span, chunk: number, { padding, positions }: Visibility): Tensor {
  const { rows, columns } = indices(span);
  const numbers = (at: Tensor): Tensor => at.floorDivide(chunk);
  if (positions !== undefined)
    return numbers(positions.expandDims(2))
      .equal(numbers(positions.expandDims(1)))
      .expandDims(1);
  const first = padding === undefined ? 0 : int32(padding, [padding.length, 1, 1, 1]);
  return numbers(rows.sub(first)).equal(numbers(columns.sub(first)));
}

/** Booleans that broadcast to (batch, heads, queries, keys). */
function visible(span: Span, limits: Visibility & Narrowed): Tensor {
  const { window, isNarrow, isChunked, isPadded, padding, segments, prefixes, positions } = limits;
  const { rows, columns } = indices(span);
  let seen = rows.greaterEqual(columns);
  if (isNarrow) seen = seen.logicalAnd(distances(span, positions).less(window ?? 0));
  if (isChunked) seen = seen.logicalAnd(withinChunk(span, limits.chunk ?? 1, limits));
  if (isPadded) seen = seen.logicalAnd(beyondPadding(span, padding ?? []));
  if (segments === undefined) return seen;
  return seen.logicalAnd(withinSegments(segments, prefixes));
}

/** What of it limits the sight of these queries. */
interface Narrowed {
  isNarrow: boolean;
  isChunked: boolean;
  isPadded: boolean;
}

/** Whether some of the keys are of an earlier chunk than some of the queries; padding shifts chunks. */
function isBeyondChunk({ query, length, key }: Span, { chunk, padding }: Visibility): boolean {
  if (chunk === undefined) return false;
  const last = query + length - 1;
  return [...new Set(padding ?? [0])].some(
    (first) => Math.floor((last - first) / chunk) !== Math.floor((key - first) / chunk),
  );
}

/** (batch) int32: where sequences begin among keys of which the first is `key`. */
function startsOf(padding: readonly number[], key: number): Tensor {
  return int32(padding.map((count) => Math.max(0, count - key)));
}

/** None, causal, causal with limits that a kernel may read, or the mask alone where none reads them. */
export function attentionMask(span: Span, visibility: Visibility): AttentionMask {
  const { window, padding, segments, prefixes, positions } = visibility;
  const reach = span.query + span.length - span.key;
  const isNarrow = window !== undefined && reach > window;
  const isChunked = isBeyondChunk(span, visibility);
  const isPadded = padding?.some((count) => count > span.key) ?? false;
  if (!isNarrow && !isChunked && !isPadded && segments === undefined)
    return span.length === 1 ? "" : "causal";
  const mask = visible(span, { ...visibility, isNarrow, isChunked, isPadded });
  const isToldTwice = isPadded && segments !== undefined;
  if (isToldTwice || isChunked || (isNarrow && positions !== undefined)) return mask;
  const starts = isPadded ? startsOf(padding ?? [], span.key) : undefined;
  return { mask, window: isNarrow ? window : undefined, segments, prefixes, starts };
}
