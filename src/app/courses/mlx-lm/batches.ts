// Which rows mlx-lm 0.32 puts in which batch: rows sorted by how many fields they have, slices of the batch size, the
// rest left out; the batches in a new drawn order each pass. One generator draws the passes and the validations.
import type { BatchCursor, BatchWindow, StepPlan } from "../../../data/index.ts";
import { LegacyRandom } from "./legacy-random.ts";

/** Rows to each batch, by index. `fieldCounts` is the number of fields of each row. */
export function slicedBatches(fieldCounts: readonly number[], batchSize: number): number[][] {
  const order = [...fieldCounts.keys()].toSorted(
    (a, b) => (fieldCounts[a] ?? 0) - (fieldCounts[b] ?? 0),
  );
  return Array.from({ length: Math.floor(order.length / batchSize) }, (_, at) =>
    order.slice(at * batchSize, (at + 1) * batchSize),
  );
}

export interface DrawnOptions {
  seed: number;
  training: number[][];
  validation: number[][];
  /** Evaluated after the last iteration; none where that is not asked for. */
  test?: number[][];
  /** Iterations of the whole run. */
  iterations: number;
  /** Iterations between validations. */
  evaluateEvery: number;
}

/** Every order that a run draws, in the order in which it draws them: a function of the settings alone. */
export class DrawnBatches implements StepPlan {
  readonly #options: DrawnOptions;
  readonly #passes: number[][] = [];
  readonly #validations = new Map<number, number[]>();
  readonly #test: number[];
  readonly windowsPerEpoch: number;
  /** Each pass has the same batches. */
  readonly sameShapes = true;

  constructor(options: DrawnOptions) {
    this.#options = options;
    const { seed, training, validation, test = [], iterations } = options;
    this.windowsPerEpoch = training.length;
    const random = new LegacyRandom(seed);
    for (let iteration = 0; iteration < iterations; iteration++) {
      if (iteration % training.length === 0) this.#passes.push(random.permutation(training.length));
      if (this.isValidated(iteration))
        this.#validations.set(iteration, random.permutation(validation.length));
    }
    this.#test = random.permutation(test.length);
  }

  /** Whether there is a validation before an iteration, counted from 0. */
  isValidated(iteration: number): boolean {
    const { iterations, evaluateEvery, validation } = this.#options;
    if (validation.length === 0 || iteration >= iterations) return false;
    const counted = iteration + 1;
    return counted === 1 || counted % evaluateEvery === 0 || counted === iterations;
  }

  cursorAt(step: number): BatchCursor {
    const count = this.windowsPerEpoch;
    return { epoch: Math.floor(step / count), window: step % count };
  }

  window(cursor: BatchCursor): BatchWindow {
    const batch = this.#options.training[this.#passes[cursor.epoch]?.[cursor.window] ?? -1];
    if (batch === undefined)
      throw new RangeError(`no window ${cursor.window} in epoch ${cursor.epoch}`);
    const step = cursor.epoch * this.windowsPerEpoch + cursor.window;
    return { cursor, microBatches: [[...batch]], next: this.cursorAt(step + 1) };
  }

  /** Batches of the validation before an iteration, counted from 0; at most `limit` of them. */
  validationAt(iteration: number, limit: number | null): number[][] {
    const order = this.#validations.get(iteration) ?? [];
    const { validation } = this.#options;
    return order.slice(0, limit ?? order.length).map((at) => validation[at] ?? []);
  }

  /** Batches of the evaluation after the last iteration; at most `limit` of them. */
  testBatches(limit: number | null): number[][] {
    const { test = [] } = this.#options;
    return this.#test.slice(0, limit ?? this.#test.length).map((at) => test[at] ?? []);
  }
}
