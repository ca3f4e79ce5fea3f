// Sequences to one rectangular batch of plain typed arrays, ready for a model: a row of it holds one, or several that
// were packed together. Pads on the right; touches no tensors.
import { bucketOf } from "./buckets.ts";
import type { Sequence } from "./encode.ts";

/**
 * A micro-batch of `batch` rows by `length` positions, row-major. Position t of a row feeds
 * `ids[t]` and is to predict `targets[t]`, which counts `weights[t]`. Padding has weight 0 and
 * segment 0.
 */
export interface Batch {
  /** (batch × length) input tokens. */
  ids: Int32Array;
  /** (batch × length) the token after each input. */
  targets: Int32Array;
  /** (batch × length) loss weight of each target. */
  weights: Float32Array;
  /** (batch × length) 0, 1, 2, … from the beginning of each sequence. */
  positions: Int32Array;
  /** (batch × length) 1 for tokens of a row's first sequence, 2 for those of its second, …; 0 for padding. */
  segments: Int32Array;
  /**
   * (batch × length) the segment before its own that a token sees as well: a prompt that several answers share. Its own
   * number where there is none; absent where no token has one.
   */
  prefixes?: Int32Array;
  /** Some row holds more than one sequence: the model has to be told positions and segments. */
  isPacked: boolean;
  batch: number;
  length: number;
  /** Input tokens that are not padding. */
  tokens: number;
  /** Targets with a weight other than 0. */
  learnedTokens: number;
  /** Sum of the weights. */
  weightSum: number;
}

export interface CollateOptions {
  padId: number;
  /**
   * `length` is rounded up to a multiple of this, so that few different shapes occur; 32 suits
   * MLX.
   */
  padToMultiple: number;
  /** `length` is not rounded up beyond this: a model may have no positions there. */
  maxLength: number;
  /** Lengths to pad to, ascending: the first that holds a batch is its length. Rounding is for what none holds. */
  buckets?: readonly number[];
}

/** What training rounds lengths up to, so that MLX sees few different shapes. */
export const lengthMultiple = 32;

/** The bucket of a length; without one, rounded up, but not over `maxLength` unless a sample itself is longer. */
export function paddedLength(
  longest: number,
  { padToMultiple, maxLength, buckets = [] }: Omit<CollateOptions, "padId">,
): number {
  const bucket = buckets[bucketOf(longest, buckets)];
  if (bucket !== undefined) return bucket;
  const rounded = Math.ceil(longest / padToMultiple) * padToMultiple;
  return Math.max(longest, Math.min(rounded, maxLength));
}

/** Input tokens of a sequence: all but its last, which is only predicted. */
export function inputLength({ ids }: Sequence): number {
  return Math.max(0, ids.length - 1);
}

/** Writes a sequence at `start`: its tokens but the last as inputs, its tokens but the first as targets. */
function place(batch: Batch, sequence: Sequence, start: number, segment: number): number {
  const inputs = inputLength(sequence);
  batch.ids.set(sequence.ids.subarray(0, inputs), start);
  batch.targets.set(sequence.ids.subarray(1), start);
  batch.weights.set(sequence.weights.subarray(1), start);
  batch.segments.fill(segment, start, start + inputs);
  if (segment > 1) for (let at = 0; at < inputs; at++) batch.positions[start + at] = at;
  return inputs;
}

function emptyBatch(batch: number, length: number, padId: number): Batch {
  const size = batch * length;
  return {
    ids: new Int32Array(size).fill(padId),
    targets: new Int32Array(size).fill(padId),
    weights: new Float32Array(size),
    positions: new Int32Array(size).map((_, index) => index % length),
    segments: new Int32Array(size),
    isPacked: false,
    ...{ batch, length, tokens: 0, learnedTokens: 0, weightSum: 0 },
  };
}

/** One unit a row; a unit is the sequences that share it, in order. */
export function collate(units: readonly (readonly Sequence[])[], options: CollateOptions): Batch {
  const lengths = units.map((unit) => unit.reduce((sum, one) => sum + inputLength(one), 0));
  const length = paddedLength(Math.max(1, ...lengths), options);
  const batch = emptyBatch(units.length, length, options.padId);
  for (const [row, unit] of units.entries()) {
    let start = row * length;
    for (const [at, sequence] of unit.entries()) start += place(batch, sequence, start, at + 1);
  }
  batch.isPacked = units.some((unit) => unit.length > 1);
  batch.tokens = lengths.reduce((sum, inputs) => sum + inputs, 0);
  batch.learnedTokens = batch.weights.reduce((sum, weight) => sum + (weight === 0 ? 0 : 1), 0);
  batch.weightSum = batch.weights.reduce((sum, weight) => sum + weight, 0);
  return batch;
}
