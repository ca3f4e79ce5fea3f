// A prepared run: everything the loop needs, already made. Assembled in app/, executed by loop.ts.
import { Random } from "../core/random.ts";
import type { BatchPlan, CollateOptions, EncodedRow } from "../data/index.ts";
import type { OptimizedSlot, Schedule } from "../nn/index.ts";
import type { RunFolder } from "../runs/index.ts";
import type { BestBy } from "./best.ts";
import type { Learner } from "./learner.ts";
import type { LossBatch, Objective, TrainableModel } from "./objectives/objective.ts";
import type { OptimizationOptions } from "./options.ts";
import type { RunState } from "./state.ts";

/** Of work that tells nothing until it is done: how far it has come. Shown while it lasts, kept nowhere. */
export interface WorkProgress {
  stage: "tokenizing" | "measuring" | "computing frozen blocks" | "evaluating";
  done: number;
  total: number;
}

/** What fills one row of a batch: a sample, or several packed together. */
export type Unit = readonly EncodedRow[];

export interface TrainingRun {
  learner: Learner;
  objective: Pick<Objective, "collate">;
  schedule: Schedule;
  plan: BatchPlan;
  /** What the plan's indices count. */
  units: readonly Unit[];
  validation: readonly Unit[];
  collate: CollateOptions;
  /** How many shapes its batches have. */
  shapes: number;
  options: OptimizationOptions;
  /** What decides which evaluation is best. */
  bestBy: BestBy;
  totalSteps: number;
  seed: number;
  trainableParameters: number;
  totalParameters: number;
  folder: RunFolder;
  state: RunState;
  /** Asked between any two batches; true: save and stop. */
  shouldStop(): boolean;
  onProgress?: ((progress: WorkProgress) => void) | undefined;
}

/** The micro-batches of an optimizer step counted from 0. */
export function batchesOf(run: TrainingRun, step: number): LossBatch[] {
  const { microBatches } = run.plan.window(run.plan.cursorAt(step));
  return microBatches.map((indices) =>
    run.objective.collate(chosen(run.units, indices), run.collate),
  );
}

/** The units that every evaluation looks at, in their own order: all, or as many as `limit`, chosen by the seed. */
export function validationUnits(
  units: readonly Unit[],
  limit: number | null,
  seed: number,
): readonly Unit[] {
  if (limit === null || units.length <= limit) return units;
  const order = Random.fromSeed(seed).split("validation units").shuffle(units.length);
  return chosen(
    units,
    order.slice(0, limit).toSorted((a, b) => a - b),
  );
}

/** The validation set in its own order, always the same batches. */
export function* validationBatches(run: TrainingRun): Generator<LossBatch> {
  const size = run.options.batch_size;
  for (let start = 0; start < run.validation.length; start += size) {
    yield run.objective.collate(run.validation.slice(start, start + size), run.collate);
  }
}

export function validationBatchCount({ validation, options }: TrainingRun): number {
  return Math.ceil(validation.length / options.batch_size);
}

function chosen(units: readonly Unit[], indices: readonly number[]): Unit[] {
  return indices.map((index) => {
    const unit = units[index];
    if (unit === undefined) throw new RangeError(`no unit ${index}`);
    return unit;
  });
}

/** Every parameter of a model, told whether it is inside a block. */
export function optimizedSlots(model: TrainableModel): OptimizedSlot[] {
  const prefix = `${model.blockPath}.`;
  return [...model.slots()].map((slot) => ({ ...slot, isHidden: slot.name.startsWith(prefix) }));
}

export function parameterCount(slots: readonly OptimizedSlot[]): number {
  return slots.reduce((sum, slot) => sum + slot.get().size, 0);
}
