// Optimizers that move each parameter by itself: a rule says what state a parameter has and what one step makes of both.
import { after, scope, type Tensor } from "../../mx/index.ts";
import { restoredState } from "./moments.ts";
import {
  move,
  type OptimizedSlot,
  type Optimizer,
  type OptimizerMaker,
  type OptimizerSettings,
} from "./optimizer.ts";

/** A parameter's arrays, by name. */
export type SlotState = Readonly<Record<string, Tensor>>;

export interface StepContext {
  settings: OptimizerSettings;
  learningRate: number;
  /** 1 is the first. */
  step: number;
}

export interface UpdateRule {
  /** State before the first step. */
  begin(parameter: Tensor, settings: OptimizerSettings): SlotState;
  /** The parameter and its state after a step; `gradient` is in float32. */
  update(
    parameter: Tensor,
    gradient: Tensor,
    state: SlotState,
    context: StepContext,
  ): { parameter: Tensor; state: SlotState };
}

/** A state's array that the rule itself made. */
export function held(state: SlotState, name: string): Tensor {
  const value = state[name];
  if (value === undefined) throw new RangeError(`no state '${name}'`);
  return value;
}

/** Decoupled weight decay (Loshchilov & Hutter 2019), before the step. */
export function decayed(parameter: Tensor, { settings, learningRate }: StepContext): Tensor {
  const { weightDecay, coupledDecay } = settings;
  return weightDecay === 0 || coupledDecay === true
    ? parameter
    : parameter.mul(1 - learningRate * weightDecay);
}

class ByRule implements Optimizer {
  readonly #rule: UpdateRule;
  readonly #slots: readonly OptimizedSlot[];
  readonly #settings: OptimizerSettings;
  #states: SlotState[];
  #steps = 0;

  constructor(rule: UpdateRule, slots: readonly OptimizedSlot[], settings: OptimizerSettings) {
    this.#rule = rule;
    this.#slots = slots;
    this.#settings = settings;
    this.#states = slots.map((slot) => rule.begin(slot.get(), settings));
  }

  update(gradients: readonly Tensor[], learningRate: number): void {
    this.#steps += 1;
    const context = { settings: this.#settings, learningRate, step: this.#steps };
    // One parameter after the other: what all of them need on the way would be several times their size.
    let earlier: Tensor[] = [];
    this.#states = this.#slots.map((slot, index) => {
      const [gradient, before] = [gradients[index], this.#states[index]];
      if (gradient === undefined || before === undefined)
        throw new RangeError(`no gradient ${index}`);
      const { parameter, state } = scope(() => {
        const wide = after(gradient, earlier).astype("float32");
        return this.#rule.update(slot.get(), this.#withDecay(wide, slot.get()), before, context);
      });
      move(slot, parameter);
      earlier = [slot.get(), ...Object.values(state)];
      return state;
    });
  }

  /** The gradient of the loss with ½·decay·‖parameter‖² in it, where that was asked for. */
  #withDecay(gradient: Tensor, parameter: Tensor): Tensor {
    const { weightDecay, coupledDecay } = this.#settings;
    return coupledDecay === true && weightDecay !== 0
      ? gradient.add(parameter.mul(weightDecay))
      : gradient;
  }

  state() {
    return { tensors: new Map(this.#entries()), steps: this.#steps };
  }

  *#entries(): Generator<[string, Tensor]> {
    for (const [index, state] of this.#states.entries())
      for (const [name, value] of Object.entries(state)) yield [this.#key(index, name), value];
  }

  #key(index: number, name: string): string {
    return `${this.#slots[index]?.name ?? index}.${name}`;
  }

  restore({ tensors, steps }: { tensors: ReadonlyMap<string, Tensor>; steps: number }): void {
    this.#states = this.#states.map((state, index) => {
      const restored = Object.entries(state).map(([name, value]) => {
        return [name, restoredState(tensors, this.#key(index, name), value)] as const;
      });
      return Object.fromEntries(restored);
    });
    this.#steps = steps;
  }

  tensors(): Tensor[] {
    return this.#states.flatMap((state) => Object.values(state));
  }
}

export const byRule =
  (rule: UpdateRule): OptimizerMaker =>
  (slots, settings) =>
    new ByRule(rule, slots, settings);
