// Supervised fine-tuning: weighted next-token cross-entropy. The head is applied to learned positions only.
import { type Batch, collate, type EncodedRow, encodeRows } from "../../data/index.ts";
import { crossEntropy, float32, int32, type Tensor } from "../../mx/index.ts";
import type { LossPass, Objective, TrainableModel } from "./objective.ts";

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

/** (batch, length, hidden size). Positions and segments are told only where they say something. */
function hiddenOf(model: TrainableModel, batch: Batch, pass: LossPass): Tensor {
  const shape = [batch.batch, batch.length];
  const ids = int32(batch.ids, shape);
  if (!batch.isPacked) return model.hidden(ids, pass);
  return model.hidden(ids, {
    ...pass,
    positions: int32(batch.positions, shape),
    segments: int32(batch.segments, shape),
  });
}

function lossSum(model: TrainableModel, batch: Batch, pass: LossPass): Tensor {
  const { rows, targets, weights } = learnedRows(batch);
  const hidden = hiddenOf(model, batch, pass);
  const flat = hidden.reshape(-1, hidden.dim(2));
  // Where nearly every position is learned, gathering would only copy.
  const isDense = rows.length === batch.weights.length;
  const logits = model.head(isDense ? flat : flat.take(int32(rows), 0));
  const perRow = crossEntropy(logits, int32(isDense ? batch.targets : targets));
  return perRow.mul(float32(isDense ? batch.weights : weights)).sum();
}

export const supervised: Objective<EncodedRow, Batch> = {
  encode: encodeRows,
  collate: (units, options) =>
    collate(
      units.map((unit) => unit.flatMap(({ sequences }) => sequences)),
      options,
    ),
  loss: (model, batch, pass = {}) => ({ lossSum: lossSum(model, batch, pass) }),
};
