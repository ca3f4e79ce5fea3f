// One optimizer over groups of parameters that are moved in ways of their own: vectors that do not decay, matrices with a
// rate of their own, Muon's and the rest. Where all parameters are alike there is one group, and no difference to the optimizer itself.
import type { Tensor } from "../../mx/index.ts";
import type { OptimizedSlot, Optimizer, OptimizerMaker, OptimizerSettings } from "./optimizer.ts";

/** How some of the parameters are moved. */
export interface SlotGroup {
  make: OptimizerMaker;
  settings: OptimizerSettings;
  /** Their rate, as a multiple of the learning rate. */
  rateScale: number;
}

interface Group {
  optimizer: Optimizer;
  /** Places of its slots among all. */
  places: readonly number[];
  rateScale: number;
}

class Grouped implements Optimizer {
  readonly #groups: readonly Group[];

  constructor(groups: readonly Group[]) {
    this.#groups = groups;
  }

  update(gradients: readonly Tensor[], learningRate: number): void {
    for (const { optimizer, places, rateScale } of this.#groups) {
      const own = places.map((place) => gradients[place] as Tensor);
      optimizer.update(own, learningRate * rateScale);
    }
  }

  state() {
    const states = this.#groups.map(({ optimizer }) => optimizer.state());
    return {
      tensors: new Map(states.flatMap(({ tensors }) => [...tensors])),
      steps: states[0]?.steps ?? 0,
    };
  }

  restore(state: { tensors: ReadonlyMap<string, Tensor>; steps: number }): void {
    for (const { optimizer } of this.#groups) optimizer.restore(state);
  }

  tensors(): Tensor[] {
    return this.#groups.flatMap(({ optimizer }) => [...optimizer.tensors()]);
  }
}

/** `groupOf` gives the same object for parameters that belong together. */
export function groupedBy(
  slots: readonly OptimizedSlot[],
  groupOf: (slot: OptimizedSlot) => SlotGroup,
): Optimizer {
  const places = new Map<SlotGroup, number[]>();
  for (const [place, slot] of slots.entries()) {
    const group = groupOf(slot);
    places.set(group, [...(places.get(group) ?? []), place]);
  }
  const groups = [...places].map(([{ make, settings, rateScale }, own]): Group => {
    const members = own.map((place) => slots[place] as OptimizedSlot);
    return { optimizer: make(members, settings), places: own, rateScale };
  });
  const [only] = groups;
  if (only !== undefined && groups.length === 1 && only.rateScale === 1) return only.optimizer;
  return new Grouped(groups);
}
