// Rows to token ids and loss weights; then cut to length. What cannot teach anything is set aside.
// The renderer knows the template and the mask, an objective which rows it takes; this file knows neither.
import { setImmediate } from "node:timers/promises";
import type { Location } from "../core/errors.ts";
import { interrupted } from "../core/interrupted.ts";
import type { Masking, MaskPolicy, Renderer, Sample } from "../text/types.ts";
import type { Row } from "./rows.ts";

/** Token ids and, for each, the weight of learning it; equal lengths. */
export interface Sequence {
  ids: Int32Array;
  weights: Float32Array;
}

/** A row as an objective learns from it: one sequence, or several (a good answer and a worse one, say). */
export interface EncodedRow {
  row: Row;
  sequences: readonly Sequence[];
  /** What the model said of it before training, for an objective that compares. */
  reference?: readonly number[];
}

export interface DroppedRow {
  row: Row;
  /** Tokens before the cut. */
  tokens: number;
  reason: string;
}

/** A row of which a part is not learned, because it is too long. */
export interface CutRow {
  row: Row;
  /** Tokens before the cut. */
  tokens: number;
  /** Of those that were to be learned, how many are gone. */
  lostTokens: number;
}

export interface EncodeContext {
  renderer: Renderer;
  maskPolicy: MaskPolicy | Masking;
}

export interface EncodedRows<Encoded extends EncodedRow = EncodedRow> {
  samples: Encoded[];
  /** Samples that were cut and still teach something. */
  truncated: number;
  /** Which these are. */
  cut?: CutRow[];
  /** Rows with nothing to learn from, and those that are too long where these are left out. */
  dropped: DroppedRow[];
}

/** What the model reads of a row, its last tokens too. */
export function tokenCount({ sequences }: EncodedRow): number {
  return sequences.reduce((sum, { ids }) => sum + ids.length, 0);
}

/**
 * How many tokens of a sequence are learned. A token is learned as the target of the one before it, so the first
 * token's weight never counts.
 */
export function learnedTokens({ weights }: Pick<Sequence, "weights">): number {
  return weights.reduce((count, weight, index) => count + (index === 0 || weight === 0 ? 0 : 1), 0);
}

/** How many tokens of a row are learned. */
export function learnedCount({ sequences }: EncodedRow): number {
  return sequences.reduce((sum, sequence) => sum + learnedTokens(sequence), 0);
}

function placeOf(rows: readonly Row[], at: number): Location {
  const { file, line } = rows[at] ?? {};
  return { ...(file !== undefined && { file }), ...(line !== undefined && { line }) };
}

/** Renders each row, a text, an instruction or a conversation, with its mask. Throws what the renderer throws. */
export function encodeRows(
  rows: readonly Row[],
  { renderer, maskPolicy }: EncodeContext,
): EncodedRows {
  const result: EncodedRows = { samples: [], truncated: 0, dropped: [] };
  const samples = rows.map(({ sample }) => sample as Sample);
  const all = renderer.renderMany(samples, maskPolicy, (at) => placeOf(rows, at));
  for (const [at, row] of rows.entries()) {
    const rendered = all[at] ?? { ids: [], weights: [] };
    const ids = Int32Array.from(rendered.ids);
    const weights = Float32Array.from(rendered.weights);
    if (learnedTokens({ weights }) > 0) result.samples.push({ row, sequences: [{ ids, weights }] });
    else result.dropped.push({ row, tokens: ids.length, reason: "no token to learn" });
  }
  return result;
}

/** Shortens a sample of which a sequence is longer than `maxLength` tokens; undefined where that cannot be done. */
export type Cut<Encoded extends EncodedRow> = (
  sample: Encoded,
  maxLength: number,
) => Encoded | undefined;

function cutEnds<Encoded extends EncodedRow>(sample: Encoded, maxLength: number): Encoded {
  return { ...sample, sequences: sample.sequences.map(shortened(maxLength)) };
}

/** Whether a sequence of it is longer than that. */
export function isTooLong({ sequences }: EncodedRow, maxLength: number): boolean {
  return sequences.some(({ ids }) => ids.length > maxLength);
}

export interface CutOptions<Encoded extends EncodedRow> {
  maxLength: number;
  /** By default from its end. */
  cutOne?: Cut<Encoded> | undefined;
  /** Leaves rows out that are too long, instead of cutting them; default false. */
  dropLong?: boolean;
}

/** Cuts rows to `maxLength` tokens a sequence; those that then teach nothing are set aside. */
export function cutRows<Encoded extends EncodedRow>(
  { samples, dropped }: EncodedRows<Encoded>,
  { maxLength, cutOne = cutEnds, dropLong = false }: CutOptions<Encoded>,
): EncodedRows<Encoded> & { cut: CutRow[] } {
  const kept: Encoded[] = [];
  const cut: CutRow[] = [];
  const all = [...dropped];
  const reason = dropLong
    ? `longer than ${maxLength} tokens`
    : `nothing left to learn after the cut to ${maxLength} tokens`;
  for (const sample of samples) {
    if (!isTooLong(sample, maxLength)) {
      kept.push(sample);
      continue;
    }
    const { row } = sample;
    const tokens = tokenCount(sample);
    const short = dropLong ? undefined : cutOne(sample, maxLength);
    const left = short === undefined ? 0 : learnedCount(short);
    if (short === undefined || left === 0) {
      all.push({ row, tokens, reason });
      continue;
    }
    cut.push({ row, tokens, lostTokens: learnedCount(sample) - left });
    kept.push(short);
  }
  return { samples: kept, truncated: cut.length, cut, dropped: all };
}

const shortened =
  (maxLength: number) =>
  ({ ids, weights }: Sequence): Sequence => ({
    ids: ids.slice(0, maxLength),
    weights: weights.slice(0, maxLength),
  });

/** Watches work over many rows, and may end it between two chunks of them. */
export interface EncodeWatch {
  onProgress?: ((done: number, total: number) => void) | undefined;
  shouldStop?: (() => boolean) | undefined;
}

/** Rows between two looks at what goes on outside. */
const chunkRows = 256;

/**
 * Encodes rows chunk by chunk, so that a request to stop is heard and progress is told. Throws the error of
 * core/interrupted.ts when asked to stop; what `encode` throws.
 */
export async function encodeInChunks<Encoded extends EncodedRow>(
  rows: readonly Row[],
  encode: (rows: readonly Row[]) => EncodedRows<Encoded>,
  { onProgress, shouldStop }: EncodeWatch = {},
): Promise<EncodedRows<Encoded>> {
  const all: EncodedRows<Encoded> = { samples: [], truncated: 0, dropped: [] };
  for (let start = 0; start < rows.length; start += chunkRows) {
    const { samples, dropped } = encode(rows.slice(start, start + chunkRows));
    for (const sample of samples) all.samples.push(sample);
    for (const row of dropped) all.dropped.push(row);
    onProgress?.(Math.min(rows.length, start + chunkRows), rows.length);
    await setImmediate();
    if (shouldStop?.() === true) throw interrupted("before training began: nothing was written");
  }
  return all;
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
