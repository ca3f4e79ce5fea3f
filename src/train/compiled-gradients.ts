// Loss and gradients of a micro-batch as one compiled function: what TypeScript says of the graph is said once for each
// set of shapes, and MLX joins operations as it likes. Of objectives whose loss is a function of arrays.
import { Compiled, type Tensor, valueAndGrad } from "../mx/index.ts";
import {
  type ParameterSlot,
  type Stochastic,
  withParameters,
  withRandomKeys,
} from "../nn/index.ts";
import type { LossBatch, LossPass, Objective, TrainableModel } from "./objectives/objective.ts";
import { tensorsOf } from "./objectives/token-losses.ts";

export interface LossParts {
  model: TrainableModel;
  objective: Objective;
  slots: readonly ParameterSlot[];
  /** Those that draw random numbers get keys of their own from the micro-batch's. */
  stochastic: readonly Stochastic[];
  /** As it is once the keys are given. */
  pass(): LossPass;
}

export interface MicroBatch {
  batch: LossBatch;
  /** What the loss is divided by: (), as float32. */
  weight: Tensor;
  key: Tensor;
}

/** The states that the frozen blocks give come in like an array of the batch. */
const statesName = "frozen states";

export class CompiledGradients {
  readonly #parts: LossParts;
  /** By the names of their inputs. */
  readonly #functions = new Map<string, Compiled>();
  /** The one that is asked about now. */
  #batch: LossBatch | undefined;
  #traces = 0;

  constructor(parts: LossParts) {
    this.#parts = parts;
  }

  /** How often the loss was traced: once for each set of shapes. */
  get traces(): number {
    return this.#traces;
  }

  /** The share of the window's mean loss, then the gradients. Evaluates nothing; the caller's scope owns all arrays. */
  call({ batch, weight, key }: MicroBatch): Tensor[] {
    const { slots } = this.#parts;
    const arrays = this.#arrays(batch);
    const names = Object.keys(arrays);
    const compiled = this.#functionOf(names);
    const parameters = slots.map((slot) => slot.get());
    this.#batch = batch;
    return compiled.call([weight, key, ...parameters, ...Object.values(arrays)]);
  }

  dispose(): void {
    for (const compiled of this.#functions.values()) compiled.dispose();
    this.#functions.clear();
  }

  #arrays(batch: LossBatch): Record<string, Tensor> {
    const { objective, pass } = this.#parts;
    const how = pass();
    const arrays = objective.arrays?.(batch as never, how);
    if (arrays === undefined) throw new RangeError("this loss is no function of arrays");
    const states = how.prefix?.of(batch as never);
    return { ...tensorsOf(arrays), ...(states && { [statesName]: states }) };
  }

  #functionOf(names: readonly string[]): Compiled {
    const key = names.join();
    const known = this.#functions.get(key);
    if (known !== undefined) return known;
    const compiled = new Compiled((inputs) => this.#trace(names, inputs));
    this.#functions.set(key, compiled);
    return compiled;
  }

  #trace(names: readonly string[], inputs: readonly Tensor[]): Tensor[] {
    this.#traces += 1;
    const { model, objective, slots, stochastic, pass } = this.#parts;
    const [weight, key, ...rest] = inputs as [Tensor, Tensor, ...Tensor[]];
    const arrays = Object.fromEntries(names.map((name, at) => [name, rest[slots.length + at]]));
    const loss = (parameters: readonly Tensor[]): Tensor[] =>
      withParameters(slots, parameters, () => {
        const { prefix, ...how } = pass();
        const states = arrays[statesName];
        const found = objective.loss(model, this.#batch as LossBatch, {
          ...how,
          arrays: arrays as Record<string, Tensor>,
          ...(prefix && states && { prefix: { ...prefix, of: () => states } }),
        });
        return [found.lossSum.div(weight)];
      });
    const { values, gradients } = withRandomKeys(stochastic, key, () =>
      valueAndGrad(loss, rest.slice(0, slots.length)),
    );
    return [...values, ...gradients];
  }
}
