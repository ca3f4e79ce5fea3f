// One optimizer step: loss and gradients of a window of micro-batches, clipping, update. The hot path.
// Owns the parameters being trained and the optimizer's state; knows no schedule, file or screen.
import type { Batch } from "../data/index.ts";
import {
  carry,
  clipNorm,
  dispose,
  evaluate,
  randomKey,
  scope,
  type Tensor,
  type TensorHolder,
} from "../mx/index.ts";
import {
  lossAndGradients,
  type OptimizedSlot,
  type Optimizer,
  type Stochastic,
  stochasticLayers,
  withRandomKeys,
} from "../nn/index.ts";
import type { Method, TrainableModel } from "./methods/method.ts";

export interface StepSettings {
  model: TrainableModel;
  method: Method;
  slots: readonly OptimizedSlot[];
  optimizer: Optimizer;
  /** Null: gradients are not clipped. */
  maximumNorm: number | null;
}

export interface StepResult {
  /** Mean over the window's weights. */
  loss: number;
  /** Sum of the window's weights. */
  weight: number;
  /** Before clipping; null when not clipped. */
  gradientNorm: number | null;
  /** Milliseconds spent building the graph in TypeScript, before it was evaluated. */
  graphMilliseconds: number;
}

export class TrainingStep implements TensorHolder {
  readonly #settings: StepSettings;
  readonly #stochastic: readonly Stochastic[];

  constructor(settings: StepSettings) {
    this.#settings = settings;
    this.#stochastic = stochasticLayers(settings.model);
  }

  *tensors(): Generator<Tensor> {
    for (const slot of this.#settings.slots) yield slot.get();
    yield* this.#settings.optimizer.tensors();
  }

  /** Trains on one window. `seeds` gives each micro-batch its own random numbers. */
  run(batches: readonly Batch[], learningRate: number, seeds: readonly number[]): StepResult {
    const weights = batches.map((batch) => this.#settings.method.weightSum(batch));
    const weight = weights.reduce((sum, value) => sum + value, 0);
    return carry(this, () => {
      const started = performance.now();
      const { loss, gradients, waited } = this.#accumulate(batches, weight, seeds);
      const { norm, clipped } = this.#clip(gradients);
      this.#settings.optimizer.update(clipped, learningRate);
      const graphMilliseconds = performance.now() - started - waited;
      evaluate([loss, ...(norm === null ? [] : [norm]), ...this.tensors()]);
      const gradientNorm = norm === null ? null : norm.item();
      return { loss: loss.item(), weight, gradientNorm, graphMilliseconds };
    });
  }

  /**
   * Loss and gradients of the whole window; all but the last micro-batch are evaluated as they come, which took
   * `waited` milliseconds.
   */
  #accumulate(
    batches: readonly Batch[],
    weight: number,
    seeds: readonly number[],
  ): { loss: Tensor; gradients: Tensor[]; waited: number } {
    let sums: Tensor[] | undefined;
    let waited = 0;
    for (const [index, batch] of batches.entries()) {
      const before = sums;
      sums = scope(() => {
        const found = this.#gradients(batch, weight, seeds[index] ?? 0);
        const added =
          before === undefined ? found : found.map((value, at) => addTo(before, at, value));
        if (index < batches.length - 1) waited += timed(() => evaluate(added));
        return added;
      });
      if (before !== undefined) dispose(before);
    }
    const [loss, ...gradients] = sums ?? [];
    if (loss === undefined) throw new RangeError("a window needs at least one micro-batch");
    return { loss, gradients, waited };
  }

  /** The micro-batch's share of the window's mean loss, then its gradients. */
  #gradients(batch: Batch, weight: number, seed: number): Tensor[] {
    const { model, method, slots } = this.#settings;
    return withRandomKeys(this.#stochastic, randomKey(seed), () => {
      const { values, gradients } = lossAndGradients(slots, () => [
        method.lossSum(model, batch).div(weight),
      ]);
      return [...values, ...gradients];
    });
  }

  #clip(gradients: Tensor[]): { norm: Tensor | null; clipped: Tensor[] } {
    const { maximumNorm } = this.#settings;
    if (maximumNorm === null) return { norm: null, clipped: gradients };
    const { norm, gradients: clipped } = clipNorm(gradients, maximumNorm);
    return { norm, clipped };
  }
}

/** Milliseconds that `work` takes. */
function timed(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

function addTo(sums: readonly Tensor[], index: number, value: Tensor): Tensor {
  const sum = sums[index];
  if (sum === undefined) throw new RangeError(`no sum ${index}`);
  return sum.add(value);
}

/** Mean loss over batches that are not trained on; deterministic. */
export function meanLoss(model: TrainableModel, method: Method, batches: Iterable<Batch>): number {
  let lossSum = 0;
  let weightSum = 0;
  for (const batch of batches) {
    lossSum += scope(() => method.lossSum(model, batch).item());
    weightSum += method.weightSum(batch);
  }
  return lossSum / weightSum;
}
