// The shapes of a run's batches, and how much of them is padding, known before the first step. Counts; collates nothing.
import type { StepPlan } from "./batches.ts";
import { type CollateOptions, paddedLength } from "./collate.ts";

/** Rows by positions of a batch. */
export interface BatchShape {
  batch: number;
  length: number;
}

export interface ShapeReport {
  /** Each once, the one with the most positions first. */
  shapes: BatchShape[];
  /** Share of all positions that hold no token. */
  padding: number;
}

type Padding = Omit<CollateOptions, "padId">;

/** Batches of units by their index; `lengths` are those of the units, as rows. */
export function shapesOf(
  batches: Iterable<readonly number[]>,
  lengths: readonly number[],
  padding: Padding,
): ShapeReport {
  const shapes = new Map<string, BatchShape>();
  let [positions, tokens] = [0, 0];
  for (const units of batches) {
    const own = units.map((unit) => lengths[unit] ?? 0);
    const length = paddedLength(Math.max(1, ...own), padding);
    shapes.set(`${units.length}×${length}`, { batch: units.length, length });
    positions += units.length * length;
    tokens += own.reduce((sum, one) => sum + one, 0);
  }
  return { shapes: sorted(shapes.values()), padding: 1 - tokens / Math.max(1, positions) };
}

function sorted(shapes: Iterable<BatchShape>): BatchShape[] {
  const positions = ({ batch, length }: BatchShape): number => batch * length;
  return [...shapes].toSorted((a, b) => positions(b) - positions(a) || b.length - a.length);
}

/** Those of both, each once. */
export function allShapes(...lists: readonly (readonly BatchShape[])[]): BatchShape[] {
  const shapes = lists.flat().map((shape) => [`${shape.batch}×${shape.length}`, shape] as const);
  return sorted(new Map(shapes).values());
}

/** Micro-batches of the first `steps` optimizer steps; of one epoch where every epoch has the same shapes. */
export function* plannedBatches(plan: StepPlan, steps: number): Generator<readonly number[]> {
  const last = plan.sameShapes ? Math.min(steps, plan.windowsPerEpoch) : steps;
  for (let step = 0; step < last; step++) yield* plan.window(plan.cursorAt(step)).microBatches;
}
