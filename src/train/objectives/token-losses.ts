// What every objective over text begins with: the model over a batch, and the loss of each token that counts. The head
// is applied to those positions only. Which of them are summed, and how, is the objectives'.
import type { Batch } from "../../data/index.ts";
import { int32, type Tensor, type TokenLossOptions } from "../../mx/index.ts";
import type { LossPass, TrainableModel } from "./objective.ts";

/** Row counts are rounded up to this, so that MLX sees few different shapes. */
const rowMultiple = 32;

export interface TokenLosses {
  /** (count) float32: −log p of each target, unless more was asked for. */
  losses: Tensor;
  /** Where in the flattened batch each one stands; the tail is padding, at weight 0. */
  rows: Int32Array;
  weights: Float32Array;
}

interface LearnedRows {
  rows: Int32Array;
  targets: Int32Array;
  weights: Float32Array;
}

/** What the head is applied to. */
export interface LearnedStates extends LearnedRows {
  /** (count, hidden size). */
  hidden: Tensor;
}

function everyRow({ targets, weights }: Batch): LearnedRows {
  return { rows: Int32Array.from(weights.keys()), targets, weights };
}

function learnedRows(batch: Batch): LearnedRows {
  const { targets, weights } = batch;
  const learned: number[] = [];
  weights.forEach((weight, index) => {
    if (weight !== 0) learned.push(index);
  });
  const size = Math.ceil(learned.length / rowMultiple) * rowMultiple;
  // where nearly every position is learned, gathering would only copy
  if (size >= weights.length) return everyRow(batch);
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
  const { recompute, prefix, noise } = pass;
  const from = prefix && { block: prefix.block, states: prefix.of(batch) };
  if (!batch.isPacked) return model.hidden(ids, { recompute, from, noise });
  return model.hidden(ids, {
    ...{ recompute, from, noise },
    positions: int32(batch.positions, shape),
    segments: int32(batch.segments, shape),
    ...(batch.prefixes !== undefined && { prefixes: int32(batch.prefixes, shape) }),
  });
}

/** Where there is a target with a weight. Builds a graph, evaluates nothing. */
export function learnedStates(
  model: TrainableModel,
  batch: Batch,
  pass: LossPass = {},
): LearnedStates {
  const learned = learnedRows(batch);
  const hidden = hiddenOf(model, batch, pass);
  const flat = hidden.reshape(-1, hidden.dim(2));
  const isDense = learned.rows.length === batch.weights.length;
  return { ...learned, hidden: isDense ? flat : flat.take(int32(learned.rows), 0) };
}

/** Of the targets with a weight: −log p and what the options add. Builds a graph, evaluates nothing. */
export function tokenLosses(
  model: TrainableModel,
  batch: Batch,
  pass: LossPass,
  options?: TokenLossOptions,
): TokenLosses {
  const { hidden, rows, targets, weights } = learnedStates(model, batch, pass);
  return { losses: model.headLosses(hidden, int32(targets), options), rows, weights };
}
