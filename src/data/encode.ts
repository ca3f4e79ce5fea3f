// Rows to token ids and loss weights, cut to length. What cannot teach anything is set aside.
// The renderer knows the template and the mask; this file knows neither.
import type { MaskPolicy, Renderer } from "../text/types.ts";
import type { Row } from "./rows.ts";

/** `ids` and `weights` have equal length; a weight is that of learning the token itself. */
export interface EncodedSample {
  ids: Int32Array;
  weights: Float32Array;
  row: Row;
}

export interface DroppedRow {
  row: Row;
  /** Tokens before the cut. */
  tokens: number;
  reason: string;
}

export interface EncodeOptions {
  maskPolicy: MaskPolicy;
  /** Tokens a sample may have; what is over is cut from the end. */
  maxLength: number;
}

export interface EncodedRows {
  samples: EncodedSample[];
  /** Samples that were cut and still teach something. */
  truncated: number;
  /** Rows with nothing to learn from, in the order of the data. */
  dropped: DroppedRow[];
}

/**
 * A token is learned as the target of the one before it, so the first token's weight never counts.
 */
function teaches(weights: Float32Array): boolean {
  return weights.some((weight, index) => index > 0 && weight !== 0);
}

/** How many tokens a sample is to learn. */
export function learnedTokens(weights: Float32Array): number {
  return weights.reduce((count, weight) => count + (weight === 0 ? 0 : 1), 0);
}

function whyDropped(tokens: number, maxLength: number): string {
  return tokens > maxLength
    ? `nothing left to learn after the cut to ${maxLength} tokens`
    : "no token to learn";
}

/** Renders every row with the mask of `maskPolicy`. Throws what the renderer throws. */
export function encodeRows(
  rows: Iterable<Row>,
  renderer: Renderer,
  { maskPolicy, maxLength }: EncodeOptions,
): EncodedRows {
  const result: EncodedRows = { samples: [], truncated: 0, dropped: [] };
  for (const row of rows) {
    const rendered = renderer.render(row.sample, maskPolicy);
    const tokens = rendered.ids.length;
    const ids = Int32Array.from(rendered.ids.slice(0, maxLength));
    const weights = Float32Array.from(rendered.weights.slice(0, maxLength));
    if (!teaches(weights)) {
      result.dropped.push({ row, tokens, reason: whyDropped(tokens, maxLength) });
      continue;
    }
    if (tokens > maxLength) result.truncated++;
    result.samples.push({ ids, weights, row });
  }
  return result;
}

export interface LengthHistogram {
  mean: number;
  median: number;
  p95: number;
  maximum: number;
  /** Counts of lengths in (previous upTo, upTo]; empty tails are left out. */
  buckets: { upTo: number; count: number }[];
}

/**
 * How lengths spread over doubling buckets from `firstBucket` on. Percentiles are by nearest rank.
 */
export function lengthHistogram(lengths: readonly number[], firstBucket: number): LengthHistogram {
  const sorted = Float64Array.from(lengths).sort();
  const rank = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  const maximum = sorted.at(-1) ?? 0;
  const buckets: LengthHistogram["buckets"] = [];
  let index = 0;
  for (let upTo = firstBucket; index < sorted.length; upTo *= 2) {
    const start = index;
    while (index < sorted.length && (sorted[index] ?? 0) <= upTo) index++;
    buckets.push({ upTo, count: index - start });
  }
  const sum = sorted.reduce((total, length) => total + length, 0);
  const mean = sorted.length === 0 ? 0 : sum / sorted.length;
  return { mean, median: rank(0.5), p95: rank(0.95), maximum, buckets };
}
