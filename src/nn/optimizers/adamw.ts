// AdamW (Loshchilov & Hutter 2019), decoupled decay, numerics of mlx.optimizers.AdamW; moments in float32. And Adam.
import { adamw as adamwStep, type Tensor } from "../../mx/index.ts";
import { Moments } from "./moments.ts";
import {
  moments,
  move,
  type OptimizedSlot,
  type Optimizer,
  type OptimizerKind,
  type OptimizerMaker,
  type OptimizerSettings,
  usual,
} from "./optimizer.ts";

class AdamW implements Optimizer {
  readonly #slots: readonly OptimizedSlot[];
  readonly #settings: OptimizerSettings;
  readonly #first: Moments;
  readonly #second: Moments;
  #steps = 0;

  constructor(slots: readonly OptimizedSlot[], settings: OptimizerSettings) {
    this.#slots = slots;
    this.#settings = settings;
    this.#first = new Moments("first_moment", slots);
    this.#second = new Moments("second_moment", slots);
  }

  update(gradients: readonly Tensor[], learningRate: number): void {
    this.#steps += 1;
    const { beta1, beta2, eps, weightDecay, biasCorrection } = this.#settings;
    const next = adamwStep(
      {
        parameters: this.#slots.map((slot) => slot.get()),
        first: this.#first.values,
        second: this.#second.values,
      },
      gradients,
      { learningRate, beta1, beta2, eps, weightDecay, biasCorrection, step: this.#steps },
    );
    this.#slots.forEach((slot, index) => move(slot, next.parameters[index] as Tensor));
    this.#first.values = next.first;
    this.#second.values = next.second;
  }

  state() {
    const tensors = new Map([...this.#first.entries(), ...this.#second.entries()]);
    return { tensors, steps: this.#steps };
  }

  restore(state: { tensors: ReadonlyMap<string, Tensor>; steps: number }): void {
    this.#first.restore(state.tensors);
    this.#second.restore(state.tensors);
    this.#steps = state.steps;
  }

  tensors(): Tensor[] {
    return [...this.#first.values, ...this.#second.values];
  }
}

export const makeAdamw: OptimizerMaker = (slots, settings) => new AdamW(slots, settings);

export const adamw: OptimizerKind = {
  about: "Adam with decoupled weight decay",
  highRate: 1e-3,
  updateCopies: 4,
  make: makeAdamw,
  usual,
  stateBytes: moments(2),
};

/** Adam (Kingma & Ba 2015). */
export const adam: OptimizerKind = {
  about: "AdamW without weight decay",
  highRate: 1e-3,
  updateCopies: 4,
  make: (slots, settings) => makeAdamw(slots, { ...settings, weightDecay: 0 }),
  usual,
  stateBytes: moments(2),
};
