// What mlx-lm 0.32 learns of a row: from its first learned token to its last, and, where the row is not cut, one token
// of padding (id 0) after it. Rows that are too long are cut at their end.
import {
  type cutRows,
  type CutOptions,
  type EncodedRow,
  type EncodedRows,
  learnedCount,
  type Sequence,
  tokenCount,
} from "../../../data/index.ts";

/** A whole row, its offset being the first token that is learned. */
function learned({ ids, weights }: Sequence, maxLength: number): Sequence {
  const offset = Math.max(
    0,
    weights.findIndex((weight) => weight !== 0),
  );
  const length = Math.min(ids.length + 1, maxLength);
  const row = new Int32Array(length);
  row.set(ids.subarray(0, length));
  const counted = Float32Array.from(row, (_, at) => (at >= offset ? 1 : 0));
  return { ids: row, weights: counted };
}

/** Rows whose answer begins after the cut stay: mlx-lm trains on nothing of them. */
export function mlxLmRows<Encoded extends EncodedRow>(
  { samples, dropped }: EncodedRows<Encoded>,
  { maxLength }: CutOptions<Encoded>,
): ReturnType<typeof cutRows<Encoded>> {
  const kept = samples.map((sample): Encoded => {
    return { ...sample, sequences: sample.sequences.map((one) => learned(one, maxLength)) };
  });
  const long = samples.filter(({ sequences }) =>
    sequences.some(({ ids }) => ids.length > maxLength),
  );
  const cut = long.map((sample) => {
    const short = sample.sequences.map((sequence) => shortened(sequence, maxLength));
    const lostTokens = learnedCount(sample) - learnedCount({ ...sample, sequences: short });
    return { row: sample.row, tokens: tokenCount(sample), lostTokens };
  });
  return { samples: kept, truncated: cut.length, cut, dropped: [...dropped] };
}

const shortened = ({ ids, weights }: Sequence, length: number): Sequence => {
  return { ids: ids.subarray(0, length), weights: weights.subarray(0, length) };
};
