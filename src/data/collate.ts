// Encoded samples to one rectangular batch of plain typed arrays, ready for a model.
// Pads on the right; touches no tensors.
import { type EncodedSample, learnedTokens } from "./encode.ts";

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
  /** (batch × length) 0 … length-1 in every row. */
  positions: Int32Array;
  /** (batch × length) 1 for tokens of the sample, 0 for padding. */
  segments: Int32Array;
  batch: number;
  length: number;
  /** Input tokens that are not padding. */
  tokens: number;
  /** Targets with a weight other than 0. */
  supervisedTokens: number;
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
}

/** What training rounds lengths up to, so that MLX sees few different shapes. */
export const lengthMultiple = 32;

/** Rounded up to the multiple, but not over `maxLength` unless a sample itself is longer. */
export function paddedLength(
  longest: number,
  { padToMultiple, maxLength }: Pick<CollateOptions, "padToMultiple" | "maxLength">,
): number {
  const rounded = Math.ceil(longest / padToMultiple) * padToMultiple;
  return Math.max(longest, Math.min(rounded, maxLength));
}

/**
 * Sample of n tokens → n-1 inputs, its tokens but the last, and as many targets, its tokens but
 * the first.
 */
export function collate(
  samples: readonly Pick<EncodedSample, "ids" | "weights">[],
  options: CollateOptions,
): Batch {
  const batch = samples.length;
  const longest = Math.max(1, ...samples.map((sample) => sample.ids.length - 1));
  const length = paddedLength(longest, options);
  const size = batch * length;
  const ids = new Int32Array(size).fill(options.padId);
  const targets = new Int32Array(size).fill(options.padId);
  const weights = new Float32Array(size);
  const positions = new Int32Array(size).map((_, index) => index % length);
  const segments = new Int32Array(size);
  let tokens = 0;
  for (const [row, sample] of samples.entries()) {
    const start = row * length;
    const inputs = Math.max(0, sample.ids.length - 1);
    ids.set(sample.ids.subarray(0, inputs), start);
    targets.set(sample.ids.subarray(1), start);
    weights.set(sample.weights.subarray(1), start);
    segments.fill(1, start, start + inputs);
    tokens += inputs;
  }
  const supervisedTokens = learnedTokens(weights);
  return { ids, targets, weights, positions, segments, batch, length, tokens, supervisedTokens };
}
