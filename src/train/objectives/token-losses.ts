// What every objective over text begins with: the model over a batch, and the loss of each token that counts. The head
// is applied to those positions only. Which of them are summed, and how, is the objectives'.
import type { Batch } from "../../data/index.ts";
import { BalanceSums } from "../../models/index.ts";
import { float32, int32, type Tensor } from "../../mx/index.ts";
import type { BatchArray, LossPass, TrainableModel } from "./objective.ts";

/** Row counts are rounded up to this, so that MLX sees few different shapes. */
const rowMultiple = 32;

export interface TokenLosses {
  /** (count) float32: −log p of each target. */
  losses: Tensor;
  /** (count) float32. */
  weights: Tensor;
  learned: LearnedRows;
}

export interface LearnedRows {
  /** Where in the flattened batch each one stands; the tail is padding, at weight 0. */
  rows: Int32Array;
  targets: Int32Array;
  weights: Float32Array;
}

/** What the head is applied to. */
export interface LearnedStates {
  /** (count, hidden size). */
  hidden: Tensor;
  /** (count) int32. */
  targets: Tensor;
  /** (count) float32. */
  weights: Tensor;
  learned: LearnedRows;
  /** How unevenly tokens were spread over experts, times its factor, (); where the pass asks for it. */
  imbalance?: Tensor | undefined;
}

type Arrays = Readonly<Record<string, Tensor>>;

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

/** 0 for padding. */
const counted = ({ segments }: Batch): Float32Array =>
  Float32Array.from(segments, (segment) => Math.sign(segment));

/** Positions and segments are told only where they say something, and rows only where not all are learned. */
function arraysWith(
  batch: Batch,
  { rows, targets, weights }: LearnedRows,
  { balance }: LossPass,
): Readonly<Record<string, BatchArray>> {
  const shape = [batch.batch, batch.length];
  const each = (values: Int32Array): BatchArray => ({ values, shape });
  const learned = (values: BatchArray["values"]): BatchArray => ({ values, shape: [rows.length] });
  return {
    ids: each(batch.ids),
    ...(batch.isPacked && { positions: each(batch.positions), segments: each(batch.segments) }),
    ...(batch.isPacked && batch.prefixes !== undefined && { prefixes: each(batch.prefixes) }),
    ...(balance !== undefined && { counted: { values: counted(batch), shape } }),
    ...(rows.length !== batch.weights.length && { rows: learned(rows) }),
    targets: learned(targets),
    weights: learned(weights),
  };
}

export function batchArrays(
  batch: Batch,
  pass: LossPass = {},
): Readonly<Record<string, BatchArray>> {
  return arraysWith(batch, learnedRows(batch), pass);
}

export function tensorsOf(arrays: Readonly<Record<string, BatchArray>>): Arrays {
  const made = Object.entries(arrays).map(([name, { values, shape }]) => {
    return [name, values instanceof Int32Array ? int32(values, shape) : float32(values, shape)];
  });
  return Object.fromEntries(made) as Arrays;
}

/** (batch, length, hidden size) */
function hiddenOf(
  model: TrainableModel,
  batch: Batch,
  { recompute, prefix, noise }: LossPass,
  { ids, positions, segments, prefixes, counted }: Arrays,
  balance: BalanceSums | undefined,
): Tensor {
  const from = prefix && { block: prefix.block, states: prefix.of(batch) };
  return model.hidden(ids as Tensor, {
    ...{ recompute, from, noise, balance, counted },
    ...(positions && segments && { positions, segments }),
    ...(prefixes && { prefixes }),
  });
}

/** Where there is a target with a weight. Builds a graph, evaluates nothing. */
export function learnedStates(
  model: TrainableModel,
  batch: Batch,
  pass: LossPass = {},
): LearnedStates {
  const learned = learnedRows(batch);
  const arrays = pass.arrays ?? tensorsOf(arraysWith(batch, learned, pass));
  const sums = pass.balance && new BalanceSums(pass.balance);
  const hidden = hiddenOf(model, batch, pass, arrays, sums);
  const flat = hidden.reshape(-1, hidden.dim(2));
  const { rows, targets, weights } = arrays as Record<"rows" | "targets" | "weights", Tensor>;
  const imbalance = sums?.loss()?.mul(pass.balance?.coefficient ?? 0);
  const states = "rows" in arrays ? flat.take(rows, 0) : flat;
  return { learned, targets, weights, hidden: states, imbalance };
}

/** −log p of the targets with a weight. Builds a graph, evaluates nothing. */
export function tokenLosses(model: TrainableModel, batch: Batch, pass: LossPass): TokenLosses {
  const { hidden, targets, weights, learned } = learnedStates(model, batch, pass);
  return { losses: model.headLosses(hidden, targets), weights, learned };
}
