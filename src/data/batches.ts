// Which units make up each optimizer step: a pure function of seed, epoch and window, so that a
// checkpoint needs to store two numbers only. A unit is what fills one row of a batch: a sample, or several packed
// together. Holds indices, never samples.
import { Random } from "../core/random.ts";
import { bucketsOfUnits } from "./buckets.ts";
import type { DataOptions } from "./options.ts";

/** "shuffled" anew each epoch, or "sequential": the units as they stand. */
export type BatchOrder = DataOptions["order"];

/** Where a run has got to: the next window to train on. Plain JSON; both count from 0. */
export interface BatchCursor {
  epoch: number;
  window: number;
}

/** One optimizer step's work: micro-batches of unit indices. */
export interface BatchWindow {
  cursor: BatchCursor;
  microBatches: number[][];
  /** Where to go on after this window. */
  next: BatchCursor;
}

/** Which units make up each step of a run, as a function of settings and lengths alone. */
export interface StepPlan {
  readonly windowsPerEpoch: number;
  /** Whether every epoch has batches of the same shapes. */
  readonly sameShapes: boolean;
  /** The cursor of a step counted from 0. */
  cursorAt(step: number): BatchCursor;
  /** The window at a cursor. Throws RangeError beyond the epoch. */
  window(cursor: BatchCursor): BatchWindow;
}

export interface BatchPlanOptions {
  /** Tokens of each unit; its length is the number of units. */
  lengths: readonly number[];
  batchSize: number;
  /** Micro-batches an optimizer step. */
  accumulation: number;
  seed: number;
  order: BatchOrder;
  /** Which units meet in a batch, where they are shuffled; default none. */
  grouping?: Grouping;
  /** Lengths that batches are padded to, ascending; for grouping by buckets. */
  buckets?: readonly number[];
}

/**
 * Puts units of like length together, to save padding. "buckets": those that are padded to the same length meet at
 * random, so that each epoch has the same shapes. "pools": sorted inside pools of 50 batches, as earlier runs have it.
 */
export type Grouping = DataOptions["grouping"];

const poolBatches = 50;

function chunk<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, at) => items.slice(at * size, (at + 1) * size));
}

function pooled(shuffled: readonly number[], { lengths, batchSize }: BatchPlanOptions): number[][] {
  const byLength = (a: number, b: number): number => (lengths[a] ?? 0) - (lengths[b] ?? 0);
  const pools = chunk(shuffled, batchSize * poolBatches);
  return pools.flatMap((pool) => chunk(pool.sort(byLength), batchSize));
}

/** Optimizer steps that one pass over `units` takes. */
export function windowsPerEpoch(units: number, batchSize: number, accumulation: number): number {
  return Math.ceil(Math.ceil(units / batchSize) / accumulation);
}

export class BatchPlan implements StepPlan {
  readonly #options: BatchPlanOptions;
  /** Of each unit, once they are asked for. */
  #buckets: number[] | undefined;
  #cached: { epoch: number; batches: number[][] } | undefined;
  readonly windowsPerEpoch: number;

  /** Throws RangeError unless there are units and both sizes are positive integers. */
  constructor(options: BatchPlanOptions) {
    const { lengths, batchSize, accumulation } = options;
    for (const size of [lengths.length, batchSize, accumulation]) {
      if (!Number.isInteger(size) || size < 1) {
        throw new RangeError(`units, batch size and accumulation are at least 1, not ${size}`);
      }
    }
    this.#options = options;
    this.windowsPerEpoch = windowsPerEpoch(lengths.length, batchSize, accumulation);
  }

  /** Whether every epoch has batches of the same shapes. */
  get sameShapes(): boolean {
    const { order, grouping } = this.#options;
    return order === "sequential" || grouping === "buckets";
  }

  /** The cursor of an optimizer step counted from 0. */
  cursorAt(step: number): BatchCursor {
    return {
      epoch: Math.floor(step / this.windowsPerEpoch),
      window: step % this.windowsPerEpoch,
    };
  }

  /**
   * The window at a cursor. The last of an epoch may be smaller. Throws RangeError beyond the
   * epoch.
   */
  window(cursor: BatchCursor): BatchWindow {
    const { epoch, window } = cursor;
    const whole = Number.isInteger(epoch) && Number.isInteger(window);
    if (!whole || epoch < 0 || window < 0 || window >= this.windowsPerEpoch) {
      throw new RangeError(`no window ${window} in epoch ${epoch}`);
    }
    const { accumulation } = this.#options;
    const microBatches = this.#epochBatches(epoch)
      .slice(window * accumulation, (window + 1) * accumulation)
      .map((batch) => [...batch]);
    const last = window + 1 === this.windowsPerEpoch;
    const next = last ? { epoch: epoch + 1, window: 0 } : { epoch, window: window + 1 };
    return { cursor: { epoch, window }, microBatches, next };
  }

  /** Windows without end, from `cursor` on. */
  *windows(cursor: BatchCursor): Generator<BatchWindow, never> {
    for (let at = cursor; ;) {
      const window = this.window(at);
      yield window;
      at = window.next;
    }
  }

  #epochBatches(epoch: number): number[][] {
    if (this.#cached?.epoch !== epoch) {
      this.#cached = { epoch, batches: this.#makeEpoch(epoch) };
    }
    return this.#cached.batches;
  }

  #makeEpoch(epoch: number): number[][] {
    const { lengths, batchSize, seed, order, grouping = "none" } = this.#options;
    if (order === "sequential") return chunk([...lengths.keys()], batchSize);
    const random = Random.fromSeed(seed).split(`epoch ${epoch}`);
    const shuffled = random.shuffle(lengths.length);
    if (grouping === "none") return chunk(shuffled, batchSize);
    const batches =
      grouping === "pools" ? pooled(shuffled, this.#options) : this.#bucketed(shuffled);
    return random.shuffled(batches);
  }

  /** Batches of one bucket each: how many, depends on the lengths alone. */
  #bucketed(shuffled: readonly number[]): number[][] {
    const { lengths, buckets = [], batchSize } = this.#options;
    this.#buckets ??= bucketsOfUnits(lengths, buckets, batchSize);
    const held: number[][] = Array.from({ length: buckets.length + 1 }, () => []);
    for (const unit of shuffled) held[this.#buckets[unit] ?? 0]?.push(unit);
    return held.flatMap((units) => chunk(units, batchSize));
  }
}
