// How the rows of a run fill its batches: what shares a row, which rows meet, to which lengths they are padded.
// Arithmetic over the configuration and the lengths of the data; makes no batch.
import {
  allShapes,
  BatchPlan,
  chooseBuckets,
  type CollateOptions,
  type EncodedRow,
  inputLength,
  lengthMultiple,
  packRows,
  plannedBatches,
  shapesOf,
  type StepPlan,
} from "../../data/index.ts";
import type { OptimizationOptions } from "../../train/options.ts";
import { type Unit, validationUnits } from "../../train/run.ts";
import type { RunConfig } from "../config/schema.ts";
import type { PreparedData } from "./prepare-data.ts";

export interface RowLayout {
  /** What the plan's indices count. */
  units: readonly Unit[];
  /** In the order in which they are evaluated. */
  validation: readonly Unit[];
  /** Evaluated once, after the last step; none where that is not asked for. */
  test: readonly Unit[];
  /** Positions that a unit takes in a row of a batch. */
  unitLength(unit: Unit): number;
  batches: StepPlan;
  padding: Omit<CollateOptions, "padId">;
}

/** Positions that samples take in a row of a batch. */
function lengthsBy({ objective }: PreparedData): (unit: Unit) => number {
  const sum = (lengths: readonly number[]): number => lengths.reduce((a, b) => a + b, 0);
  return (unit) =>
    sum(unit.map((row) => objective.shape?.(row).length ?? sum(row.sequences.map(inputLength))));
}

/** Lengths of batches are multiples of this. */
const bucketMultiple = 4;
/** With the small batch of an epoch, that of the validation rows and a longer row among these, 32 shapes. */
const mostBuckets = 29;
/** Where rows of any length meet, the small batches have any length too. */
const mostOfAnyOrder = 10;
/** Packed windows are nearly all full. */
const mostOfWindows = 3;

/** The lengths to pad to: what suits the rows to train on, and the longest to evaluate where that is longer. */
function bucketsFor(
  { data, optimization }: RunConfig,
  lengths: readonly number[],
  validation: readonly number[],
  maximum: number,
): number[] {
  const inBuckets = data.grouping === "buckets" && data.order === "shuffled";
  const most = inBuckets ? mostBuckets : mostOfAnyOrder;
  const count = data.packing ? mostOfWindows : most;
  const rounding = { multiple: bucketMultiple, maximum };
  const batchSize = inBuckets ? optimization.batch_size : 1;
  const buckets = chooseBuckets(lengths, { count, batchSize, ...rounding });
  const longest = validation.at(-1) ?? 0;
  if (longest <= (buckets.at(-1) ?? 0)) return buckets;
  return [...buckets, ...chooseBuckets([longest], { count: 1, batchSize: 1, ...rounding })];
}

function evaluatedRows({ eval_batches, batch_size }: OptimizationOptions): number | null {
  return eval_batches === null ? null : eval_batches * batch_size;
}

/** Every sample in a row of its own, or as many as fill a window of `capacity` tokens. */
function unitsOf(
  samples: readonly EncodedRow[],
  unitLength: RowLayout["unitLength"],
  capacity: number | undefined,
): Unit[] {
  const alone = samples.map((sample): Unit => [sample]);
  if (capacity === undefined) return alone;
  const windows = packRows(alone.map(unitLength), capacity);
  return windows.map((rows) => rows.flatMap((row) => alone[row] ?? []));
}

/**
 * `longestRow`: tokens that neither a row nor its padding may go beyond. A packed window may, since positions begin anew
 * with each of its rows.
 */
export function layOut(config: RunConfig, rows: PreparedData, longestRow: number): RowLayout {
  const { data, optimization, seed } = config;
  const capacity = data.packing ? data.max_length : undefined;
  const longestInput = capacity ?? longestRow;
  const unitLength = lengthsBy(rows);
  const packed = (samples: readonly EncodedRow[]): Unit[] => unitsOf(samples, unitLength, capacity);
  const units = packed(rows.train.samples);
  const limit = evaluatedRows(optimization);
  const chosen = validationUnits(packed(rows.validation.samples), limit, seed);
  const isAsBefore = data.grouping === "pools" && !data.packing;
  const validation = isAsBefore ? chosen : chosen.toSorted((a, b) => unitLength(a) - unitLength(b));
  const lengths = units.map(unitLength);
  const buckets = isAsBefore
    ? []
    : bucketsFor(config, lengths, validation.map(unitLength), longestInput);
  const batches = new BatchPlan({
    lengths,
    buckets,
    batchSize: optimization.batch_size,
    accumulation: optimization.gradient_accumulation_steps,
    seed,
    order: data.order,
    grouping: data.grouping,
  });
  const padding = { padToMultiple: lengthMultiple, maxLength: longestInput, buckets };
  const test = packed(rows.test.samples);
  return { units, validation, test, unitLength, batches, padding };
}

/** How rows to train on share windows. */
export interface PackingReport {
  rows: number;
  windows: number;
  /** Tokens that a window holds. */
  windowTokens: number;
  /** Share of the windows' positions that hold a token. */
  filled: number;
}

/** Null when rows are not packed. */
export function packingReport(
  { data }: RunConfig,
  { units, unitLength }: RowLayout,
): PackingReport | null {
  if (!data.packing) return null;
  const windowTokens = data.max_length;
  const tokens = units.reduce((sum, unit) => sum + unitLength(unit), 0);
  const rows = units.reduce((sum, unit) => sum + unit.length, 0);
  return {
    rows,
    windows: units.length,
    windowTokens,
    filled: tokens / (units.length * windowTokens),
  };
}

function* chunks(count: number, size: number): Generator<number[]> {
  for (let start = 0; start < count; start += size) {
    yield Array.from({ length: Math.min(size, count - start) }, (_, at) => start + at);
  }
}

export interface RunShapes {
  /** Of batches to train on and to evaluate, the largest first. */
  shapes: { batch: number; length: number }[];
  /** Share of the positions to train on that hold no token. */
  padding: number;
}

/** The shapes that a run of so many steps meets, whatever it was interrupted by. */
export function runShapes(
  { units, validation, unitLength, batches, padding }: RowLayout,
  { optimization }: RunConfig,
  totalSteps: number,
): RunShapes {
  const trained = shapesOf(plannedBatches(batches, totalSteps), units.map(unitLength), padding);
  const evaluated = shapesOf(
    chunks(validation.length, optimization.batch_size),
    validation.map(unitLength),
    padding,
  );
  return { shapes: allShapes(trained.shapes, evaluated.shapes), padding: trained.padding };
}
