// One optimizer step: loss and gradients of a window of micro-batches, clipping, update. The hot path.
// Owns the parameters being trained and the optimizer's state; knows no schedule, file or screen.
import { setImmediate } from "node:timers/promises";
import {
  carry,
  clipNorm,
  dispose,
  evaluate,
  float32,
  randomKey,
  retain,
  scope,
  type Tensor,
  type TensorHolder,
  zeros,
} from "../mx/index.ts";
import {
  lossAndGradients,
  type OptimizedSlot,
  type Optimizer,
  type Stochastic,
  stochasticLayers,
  withRandomKeys,
} from "../nn/index.ts";
import { CompiledGradients } from "./compiled-gradients.ts";
import type { MetricSums, StepInput, StepResult } from "./learner.ts";
import type { LossBatch, LossPass, Objective, TrainableModel } from "./objectives/objective.ts";

export interface StepSettings {
  model: TrainableModel;
  objective: Objective;
  slots: readonly OptimizedSlot[];
  optimizer: Optimizer;
  /** Null: gradients are not clipped. */
  maximumNorm: number | null;
  /** Of the training pass. */
  pass?: LossPass;
  /** Alpha of the noise on embeddings (NEFTune); absent or 0: none. */
  embeddingNoise?: number;
  /** Loss and gradients as a compiled function; of an objective that has `arrays`. */
  compile?: boolean;
  /** Of one of several workers: its sums become those of all, evaluated, before they are clipped. */
  together?: ((tensors: readonly Tensor[]) => Tensor[]) | undefined;
}

/** What draws the noise on embeddings: a key as layers have one, though no layer keeps it. */
class EmbeddingNoise implements Stochastic {
  readonly #alpha: number;
  #key: Tensor | null = null;

  constructor(alpha: number) {
    this.#alpha = alpha;
  }

  get drawsRandom(): boolean {
    return this.#alpha > 0;
  }

  setRandomKey(key: Tensor | null): void {
    this.#key = key;
  }

  get now(): LossPass["noise"] {
    return this.#key === null ? undefined : { alpha: this.#alpha, key: this.#key };
  }
}

/** Of some micro-batches: the share of the window's mean loss, then the gradients, then the sums of the metrics. */
interface Sums {
  tensors: Tensor[];
  metrics: readonly { name: string; weight: number }[];
}

export class TrainingStep implements TensorHolder {
  readonly #settings: StepSettings;
  readonly #noise: EmbeddingNoise;
  readonly #stochastic: readonly Stochastic[];
  readonly #compiled: CompiledGradients | undefined;
  /** Of the steps before this one that are averaged with it. */
  #held: Sums | undefined;

  constructor(settings: StepSettings) {
    this.#settings = settings;
    this.#noise = new EmbeddingNoise(settings.embeddingNoise ?? 0);
    this.#stochastic = [
      ...stochasticLayers(settings.model),
      ...(this.#noise.drawsRandom ? [this.#noise] : []),
    ];
    if (settings.compile === true) {
      const stochastic = this.#stochastic;
      const pass = (): LossPass => this.#passNow();
      this.#compiled = new CompiledGradients({ ...settings, stochastic, pass });
    }
  }

  /** How often the loss was traced; 0 where it is not compiled. */
  get traces(): number {
    return this.#compiled?.traces ?? 0;
  }

  /** Gives up what was compiled. */
  dispose(): void {
    this.#compiled?.dispose();
  }

  *tensors(): Generator<Tensor> {
    for (const slot of this.#settings.slots) yield slot.get();
    yield* this.#settings.optimizer.tensors();
  }

  /**
   * Trains on one window. All but the last micro-batch are evaluated as they come, with a look at `shouldStop` after
   * each; when it says so nothing has changed and the result is undefined.
   */
  async run(input: StepInput, shouldStop = (): boolean => false): Promise<StepResult | undefined> {
    const { batches, seeds, part } = input;
    const weight = input.weight ?? batches.reduce((sum, batch) => sum + batch.weightSum, 0);
    if (part !== undefined) return this.#part(input, part, weight);
    let sums: Sums | undefined;
    let graphMilliseconds = 0;
    try {
      for (const [index, batch] of batches.slice(0, -1).entries()) {
        const before = sums;
        const { added, milliseconds } = scope(() => {
          const started = performance.now();
          const added = this.#add(before, batch, weight, seeds[index] ?? 0);
          const milliseconds = performance.now() - started;
          evaluate(added.tensors);
          return { added, milliseconds };
        });
        sums = added;
        graphMilliseconds += milliseconds;
        dispose(before?.tensors ?? []);
        await setImmediate();
        if (shouldStop()) return undefined;
      }
      const last = this.#finish(sums, input, weight);
      return { ...last, graphMilliseconds: graphMilliseconds + last.graphMilliseconds };
    } finally {
      dispose(sums?.tensors ?? []);
    }
  }

  /** One of several steps that are averaged: the last of them moves the parameters. */
  #part(
    input: StepInput,
    { index, of }: NonNullable<StepInput["part"]>,
    weight: number,
  ): StepResult {
    const before = this.#held;
    const lossBefore = before?.tensors[0]?.item() ?? 0;
    const own = (loss: number): number => (loss - lossBefore) * of;
    if (index + 1 === of) {
      const result = this.#finish(before, input, weight * of);
      this.#hold(undefined);
      return { ...result, loss: own(result.loss), weight };
    }
    const [batch] = input.batches;
    if (batch === undefined) throw new RangeError("a step needs a batch");
    const started = performance.now();
    const held = scope(() => {
      const sums = this.#add(before, batch, weight * of, input.seeds[0] ?? 0);
      evaluate(sums.tensors);
      return sums;
    });
    this.#hold(held);
    return {
      loss: own(held.tensors[0]?.item() ?? Number.NaN),
      weight,
      metrics: {},
      gradientNorm: null,
      graphMilliseconds: performance.now() - started,
    };
  }

  #hold(sums: Sums | undefined): void {
    const before = this.#held?.tensors ?? [];
    this.#held = sums;
    dispose(before);
  }

  #heldNames(): string[] {
    return ["loss", ...this.#settings.slots.map(({ name }) => name)];
  }

  /** What is held between steps that are averaged, by name; nothing where each step moves. */
  heldTensors(): Map<string, Tensor> {
    const names = this.#heldNames();
    const held = this.#held?.tensors.slice(0, names.length) ?? [];
    return new Map(held.map((value, at) => [names[at] ?? "", value]));
  }

  /** Puts back what `heldTensors` gave. Throws RangeError where one is missing. */
  restoreHeld(tensors: ReadonlyMap<string, Tensor>): void {
    const found = this.#heldNames().map((name) => {
      const value = tensors.get(name);
      if (value === undefined) throw new RangeError(`no held gradient of ${name}`);
      return value;
    });
    this.#hold({ tensors: found, metrics: [] });
  }

  /**
   * The last micro-batch, then the update, each in one evaluation: gradients are there whole anyway, for their norm.
   * Nothing moves when loss or gradient turn out not to be finite. What an update replaces is given up before it is
   * computed, so that parameters and moments are not there twice.
   */
  #finish(sums: Sums | undefined, input: StepInput, weight: number): StepResult {
    const { gradients, ...passed } = this.#pass(sums, input, weight);
    const notFinite = whatIsNotFinite(passed.loss, passed.norm);
    const started = performance.now();
    if (notFinite === undefined) this.#update(gradients, input.learningRate);
    dispose(gradients);
    const updating = performance.now() - started;
    if (notFinite === undefined) evaluate([...this.tensors()]);
    return {
      loss: passed.loss,
      weight,
      metrics: passed.metrics,
      gradientNorm: this.#settings.maximumNorm === null ? null : passed.norm,
      graphMilliseconds: passed.graphMilliseconds + updating,
      ...(notFinite !== undefined && { notFinite }),
    };
  }

  #update(gradients: readonly Tensor[], learningRate: number): void {
    carry(this, () => {
      this.#settings.optimizer.update(gradients, learningRate);
      return undefined;
    });
  }

  /** Everything before the update, computed; the gradients it returns are clipped ones, and the caller's to dispose. */
  #pass(sums: Sums | undefined, { batches, seeds }: StepInput, weight: number) {
    const batch = batches.at(-1);
    const { maximumNorm, slots, together } = this.#settings;
    if (batch === undefined && together === undefined)
      throw new RangeError("a window needs at least one micro-batch");
    const found = scope(() => {
      const started = performance.now();
      const added =
        batch === undefined
          ? this.#nothing()
          : this.#add(sums, batch, weight, seeds[batches.length - 1] ?? 0);
      const { tensors, metrics } = together === undefined ? added : this.#ofAll(added, together);
      const [loss, ...rest] = tensors as [Tensor, ...Tensor[]];
      const raw = rest.slice(0, slots.length);
      const metricSums = rest.slice(raw.length);
      // Clipped or not, the norm tells whether they are finite.
      const { norm, gradients } = clipNorm(raw, maximumNorm ?? 1);
      const graphMilliseconds = performance.now() - started;
      evaluate([loss, norm, ...metricSums, ...raw]);
      return {
        loss: loss.item(),
        norm: norm.item(),
        metrics: metricsFrom(metrics, metricSums),
        graphMilliseconds,
        gradients: maximumNorm === null ? raw : gradients,
      };
    });
    return { ...found, gradients: retain(found.gradients) };
  }

  /** Of a worker that has no rows in this window. */
  #nothing(): Sums {
    const gradients = this.#settings.slots.map((slot) => {
      const { shape, dtype } = slot.get();
      return zeros(shape, dtype);
    });
    const metrics = (this.#settings.objective.figures ?? []).map((name) => ({ name, weight: 0 }));
    return { tensors: [zeros([]), ...gradients, ...metrics.map(() => zeros([]))], metrics };
  }

  /** The sums of all workers, weights of metrics among them. Evaluates. */
  #ofAll({ tensors, metrics }: Sums, together: NonNullable<StepSettings["together"]>): Sums {
    const figures = this.#settings.objective.figures ?? [];
    // Arrays are told apart by their place alone.
    if (figures.join() !== metrics.map(({ name }) => name).join())
      throw new RangeError(`an objective with other figures than it names: ${figures.join()}`);
    const all = together([...tensors, ...metrics.map(({ weight }) => float32([weight], []))]);
    const weights = all.slice(tensors.length);
    return {
      tensors: all.slice(0, tensors.length),
      metrics: metrics.map(({ name }, at) => ({ name, weight: weights[at]?.item() ?? 0 })),
    };
  }

  /** What came before and this micro-batch together. */
  #add(before: Sums | undefined, batch: LossBatch, weight: number, seed: number): Sums {
    const found = this.#gradients(batch, weight, seed);
    if (before === undefined) return found;
    return {
      tensors: found.tensors.map((value, index) => addTo(before.tensors, index, value)),
      metrics: found.metrics.map(({ name, weight: added }, index) => {
        return { name, weight: added + (before.metrics[index]?.weight ?? 0) };
      }),
    };
  }

  #passNow(): LossPass {
    return { ...this.#settings.pass, noise: this.#noise.now };
  }

  #gradients(batch: LossBatch, weight: number, seed: number): Sums {
    const { model, objective, slots } = this.#settings;
    if (this.#compiled !== undefined) {
      const given = { batch, weight: float32([weight], []), key: randomKey(seed) };
      return { tensors: this.#compiled.call(given), metrics: [] };
    }
    let metrics: Sums["metrics"] = [];
    return withRandomKeys(this.#stochastic, randomKey(seed), () => {
      const { values, gradients } = lossAndGradients(slots, () => {
        const loss = objective.loss(model, batch, this.#passNow());
        const named = Object.entries(loss.metrics ?? {});
        metrics = named.map(([name, metric]) => ({ name, weight: metric.weight }));
        return [loss.lossSum.div(weight), ...named.map(([, metric]) => metric.sum)];
      });
      const [loss, ...sums] = values as [Tensor, ...Tensor[]];
      return { tensors: [loss, ...gradients, ...sums], metrics };
    });
  }
}

function whatIsNotFinite(loss: number, norm: number): StepResult["notFinite"] {
  if (!Number.isFinite(loss)) return "loss";
  return Number.isFinite(norm) ? undefined : "gradient";
}

function metricsFrom(metrics: Sums["metrics"], sums: readonly Tensor[]): MetricSums {
  const named = metrics.map(({ name, weight }, index) => {
    return [name, { sum: sums[index]?.item() ?? 0, weight }] as const;
  });
  return Object.fromEntries(named);
}

function addTo(sums: readonly Tensor[], index: number, value: Tensor): Tensor {
  const sum = sums[index];
  if (sum === undefined) throw new RangeError(`no sum ${index}`);
  return sum.add(value);
}
