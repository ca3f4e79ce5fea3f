// Supervised fine-tuning: weighted next-token cross-entropy. The head is applied to learned positions only.
import type { Batch } from "../../data/index.ts";
import { crossEntropy, float32, int32 } from "../../mx/index.ts";
import type { Method } from "./method.ts";

/** Row counts are rounded up to this, so that MLX sees few different shapes. */
const rowMultiple = 32;

interface LearnedRows {
  /** Positions in the flattened batch; padded with position 0 at weight 0. */
  rows: Int32Array;
  targets: Int32Array;
  weights: Float32Array;
}

function learnedRows({ targets, weights }: Batch): LearnedRows {
  const learned: number[] = [];
  weights.forEach((weight, index) => {
    if (weight !== 0) learned.push(index);
  });
  const size = Math.min(weights.length, Math.ceil(learned.length / rowMultiple) * rowMultiple);
  const rows = new Int32Array(size);
  rows.set(learned);
  return {
    rows,
    targets: rows.map((row) => targets[row] ?? 0),
    weights: Float32Array.from(rows, (row, index) =>
      index < learned.length ? (weights[row] ?? 0) : 0,
    ),
  };
}

export const supervised: Method = {
  lossSum(model, batch) {
    const { rows, targets, weights } = learnedRows(batch);
    const hidden = model.hidden(int32(batch.ids, [batch.batch, batch.length]));
    const flat = hidden.reshape(-1, hidden.dim(2));
    // Where nearly every position is learned, gathering would only copy.
    const isDense = rows.length === batch.weights.length;
    const logits = model.head(isDense ? flat : flat.take(int32(rows), 0));
    const perRow = crossEntropy(logits, int32(isDense ? batch.targets : targets));
    return perRow.mul(float32(isDense ? batch.weights : weights)).sum();
  },
  weightSum: ({ weights }) => weights.reduce((sum, weight) => sum + weight, 0),
};
