// One optimizer over groups of parameters that have settings of their own: vectors that do not decay, matrices with a
// rate of their own. Where all parameters are alike there is one group, and no difference to the optimizer itself.
import type { Tensor } from "../../mx/index.ts";
import type { OptimizedSlot, Optimizer, OptimizerMaker, OptimizerSettings } from "./optimizer.ts";

/** What a parameter asks for beside the settings of all. */
export interface SlotSettings {
  weightDecay: number;
  /** Its rate, as a multiple of the learning rate. */
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

/** Slots by what they ask for, in the order in which each is first asked for. */
function placesBySettings(
  slots: readonly OptimizedSlot[],
  settingsOf: (slot: OptimizedSlot) => SlotSettings,
): { own: SlotSettings; places: number[] }[] {
  const found = new Map<string, { own: SlotSettings; places: number[] }>();
  for (const [place, slot] of slots.entries()) {
    const own = settingsOf(slot);
    const key = `${own.weightDecay} ${own.rateScale}`;
    const group = found.get(key) ?? { own, places: [] };
    group.places.push(place);
    found.set(key, group);
  }
  return [...found.values()];
}

export function makeGrouped(
  make: OptimizerMaker,
  slots: readonly OptimizedSlot[],
  settings: OptimizerSettings,
  settingsOf: (slot: OptimizedSlot) => SlotSettings,
): Optimizer {
  const groups = placesBySettings(slots, settingsOf).map(({ own, places }) => {
    const members = places.map((place) => slots[place] as OptimizedSlot);
    const optimizer = make(members, { ...settings, weightDecay: own.weightDecay });
    return { optimizer, places, rateScale: own.rateScale };
  });
  const [only] = groups;
  if (only !== undefined && groups.length === 1 && only.rateScale === 1) return only.optimizer;
  return new Grouped(groups);
}
