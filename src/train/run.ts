// A prepared run: everything the loop needs, already made. Assembled in app/, executed by loop.ts.
import type { BatchPlan, CollateOptions, EncodedSample } from "../data/index.ts";
import { type Batch, collate } from "../data/index.ts";
import type { OptimizedSlot, Optimizer, Schedule } from "../nn/index.ts";
import type { RunFolder } from "../runs/index.ts";
import type { Method, TrainableModel } from "./methods/method.ts";
import type { OptimizationOptions } from "./options.ts";
import type { RunState } from "./state.ts";
import type { TrainingStep } from "./step.ts";
import type { Tuning } from "./tuning/index.ts";

export interface TrainingRun {
  model: TrainableModel;
  method: Method;
  tuning: Tuning;
  optimizer: Optimizer;
  schedule: Schedule;
  step: TrainingStep;
  plan: BatchPlan;
  samples: readonly EncodedSample[];
  validation: readonly EncodedSample[];
  collate: CollateOptions;
  options: OptimizationOptions;
  totalSteps: number;
  seed: number;
  trainableParameters: number;
  totalParameters: number;
  folder: RunFolder;
  state: RunState;
  /** Asked after each step; true: save and stop. */
  shouldStop(): boolean;
}

/** The micro-batches of an optimizer step counted from 0. */
export function batchesOf(run: TrainingRun, step: number): Batch[] {
  const { microBatches } = run.plan.window(run.plan.cursorAt(step));
  return microBatches.map((indices) => collate(chosen(run.samples, indices), run.collate));
}

/** The validation set in its own order, always the same batches. */
export function* validationBatches(run: TrainingRun): Generator<Batch> {
  const size = run.options.batch_size;
  const count = validationBatchCount(run);
  for (let batch = 0; batch < count; batch++) {
    yield collate(run.validation.slice(batch * size, (batch + 1) * size), run.collate);
  }
}

export function validationBatchCount({ validation, options }: TrainingRun): number {
  const all = Math.ceil(validation.length / options.batch_size);
  return Math.min(all, options.eval_batches ?? all);
}

function chosen(samples: readonly EncodedSample[], indices: readonly number[]): EncodedSample[] {
  return indices.map((index) => {
    const sample = samples[index];
    if (sample === undefined) throw new RangeError(`no sample ${index}`);
    return sample;
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
