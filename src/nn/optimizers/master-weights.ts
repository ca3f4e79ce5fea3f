// A float32 copy of each parameter in half precision, which an optimizer moves in its place (Micikevicius et al. 2018): an
// update too small for the precision is not lost. The parameter is the copy, rounded, after each step.
import type { Tensor } from "../../mx/index.ts";
import { restoredState } from "./moments.ts";
import type { OptimizedSlot, Optimizer, OptimizerMaker } from "./optimizer.ts";

/** Bytes of a copy's element. */
export const masterBytes = 4;

interface Master {
  slot: OptimizedSlot;
  key: string;
  value: Tensor;
}

class MasterWeights implements Optimizer {
  readonly #masters: readonly Master[];
  readonly #optimizer: Optimizer;

  constructor(masters: readonly Master[], optimizer: Optimizer) {
    this.#masters = masters;
    this.#optimizer = optimizer;
  }

  update(gradients: readonly Tensor[], learningRate: number): void {
    const wide = gradients.map((gradient) => gradient.astype("float32"));
    this.#optimizer.update(wide, learningRate);
    for (const { slot, value } of this.#masters) slot.set(value.astype(slot.get().dtype));
  }

  state() {
    const { tensors, steps } = this.#optimizer.state();
    const own = this.#masters.map(({ key, value }) => [key, value] as const);
    return { tensors: new Map([...tensors, ...own]), steps };
  }

  restore(state: { tensors: ReadonlyMap<string, Tensor>; steps: number }): void {
    this.#optimizer.restore(state);
    for (const master of this.#masters)
      master.value = restoredState(state.tensors, master.key, master.value);
  }

  tensors(): Tensor[] {
    return [...this.#optimizer.tensors(), ...this.#masters.map(({ value }) => value)];
  }
}

/** The optimizer of `make` over float32 copies; parameters that are float32 already are moved themselves. */
export const withMasters =
  (make: OptimizerMaker): OptimizerMaker =>
  (slots, settings) => {
    const masters: Master[] = [];
    const moved = slots.map((slot): OptimizedSlot => {
      if (slot.get().dtype === "float32") return slot;
      const master = { slot, key: `${slot.name}.master`, value: slot.get().astype("float32") };
      masters.push(master);
      return { ...slot, get: () => master.value, set: (value) => void (master.value = value) };
    });
    const optimizer = make(moved, settings);
    return masters.length === 0 ? optimizer : new MasterWeights(masters, optimizer);
  };
