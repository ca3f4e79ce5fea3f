// A prepared run: everything the loop needs, already made. Assembled in app/, executed by loop.ts.
import { Random } from "../core/random.ts";
import type { CollateOptions, EncodedRow, StepPlan } from "../data/index.ts";
import type { OptimizedSlot, Schedule } from "../nn/index.ts";
import type { RunFolder, WrittenSample } from "../runs/index.ts";
import type { BestBy } from "./best.ts";
import type { Learner } from "./learner.ts";
import type { LossBatch, Objective, TrainableModel } from "./objectives/objective.ts";
import type { OptimizationOptions } from "./options.ts";
import { type Crew, piecesOf } from "./parallel/shares.ts";
import type { Phases } from "./phases.ts";
import { type RunState, stepSeeds } from "./state.ts";

/** Of work that tells nothing until it is done: how far it has come. Shown while it lasts, kept nowhere. */
export interface WorkProgress {
  stage: "tokenizing" | "measuring" | "computing frozen blocks" | "evaluating";
  done: number;
  total: number;
}

/** What fills one row of a batch: a sample, or several packed together. */
export type Unit = readonly EncodedRow[];

/** When a run evaluates, and on which of its validation units. */
export interface Evaluations {
  /** Whether there is one after so many steps; 0: before the first. */
  isDue(steps: number): boolean;
  /** Indices of units, batch by batch. */
  batches(steps: number): readonly (readonly number[])[];
}

/** Answers a few rows with the model as it is now; undefined when it was asked to stop meanwhile. */
export type Sampler = () => Promise<WrittenSample[] | undefined>;

/** Rows that are looked at once, after the last step. */
export interface TestSet {
  units: readonly Unit[];
  /** Indices of units, batch by batch. */
  batches: readonly (readonly number[])[];
}

export interface TrainingRun {
  learner: Learner;
  objective: Pick<Objective, "collate">;
  schedule: Schedule;
  plan: StepPlan;
  /** What the plan's indices count. */
  units: readonly Unit[];
  validation: readonly Unit[];
  evaluations: Evaluations;
  test: TestSet;
  /** Absent where no samples are asked for. */
  sampler?: Sampler | undefined;
  /** Steps whose gradients are averaged before the parameters move: 1 where each step moves them. */
  stepsAnUpdate: number;
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
  /** Which of several workers this is; absent: the only one. */
  crew?: Crew | undefined;
  /** Gets where the time goes. */
  phases: Phases;
  /** Asked between any two batches; true: save and stop. */
  shouldStop(): boolean;
  onProgress?: ((progress: WorkProgress) => void) | undefined;
}

/** A piece of an optimizer step's window, collated. */
export interface WindowBatch {
  batch: LossBatch;
  worker: number;
  /** Its random numbers. */
  seed: number;
}

/** The micro-batches of an optimizer step counted from 0, in the pieces of all workers. */
export function windowOf(run: TrainingRun, step: number): WindowBatch[] {
  const { microBatches } = run.plan.window(run.plan.cursorAt(step));
  const workers = run.crew?.workers ?? 1;
  const seeds = stepSeeds(run.seed, step, microBatches.length * workers);
  return piecesOf(microBatches, workers).map(({ indices, worker, seed }) => {
    const batch = run.objective.collate(chosen(run.units, indices), run.collate);
    return { batch, worker, seed: seeds[seed] ?? 0 };
  });
}

/** Whether this process writes what comes of the run: the first of several workers. */
export const isWriter = ({ crew }: Pick<TrainingRun, "crew">): boolean => (crew?.rank ?? 0) === 0;

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

/** All of the set in its own order: before the first step, every `eval_steps` of them, and after the last. */
export function everyEvaluation(
  { eval_steps, batch_size }: Pick<OptimizationOptions, "eval_steps" | "batch_size">,
  units: number,
  totalSteps: number,
): Evaluations {
  const batches = inOrder(units, batch_size);
  return {
    isDue: (steps) => steps % eval_steps === 0 || steps === totalSteps,
    batches: () => batches,
  };
}

/** Batches of units in their own order; the last may be small. */
export function inOrder(units: number, batchSize: number): number[][] {
  return Array.from({ length: Math.ceil(units / batchSize) }, (_, at) => {
    const start = at * batchSize;
    return Array.from({ length: Math.min(batchSize, units - start) }, (_each, on) => start + on);
  });
}

/** What the evaluation after the last step looks at. */
export function* testBatches({ test, objective, collate }: TrainingRun): Generator<LossBatch> {
  for (const indices of test.batches) yield objective.collate(chosen(test.units, indices), collate);
}

/** What the evaluation at this step looks at; none where there is nothing to evaluate on. */
export function* validationBatches(run: TrainingRun): Generator<LossBatch> {
  for (const indices of run.evaluations.batches(run.state.step))
    yield run.objective.collate(chosen(run.validation, indices), run.collate);
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
