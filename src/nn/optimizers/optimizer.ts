// What every optimizer is to the trainer: something that moves parameters and whose state can be saved.
import type { Tensor } from "../../mx/index.ts";
import type { ParameterSlot } from "../module.ts";

/** A parameter as an optimizer sees it. `isHidden`: inside a block, so neither embedding nor head. */
export interface OptimizedSlot extends ParameterSlot {
  isHidden: boolean;
}

export interface OptimizerSettings {
  beta1: number;
  beta2: number;
  eps: number;
  weightDecay: number;
  biasCorrection: boolean;
  /** Muon only: momentum, and the AdamW rate of what is not a hidden matrix, as a share of the learning rate. */
  momentum: number;
  adamwShare: number;
}

export interface Optimizer {
  /** Replaces every slot's parameter; gradients in the order of the slots. Nothing is evaluated. */
  update(gradients: readonly Tensor[], learningRate: number): void;
  /** Moments by name, and the step count: all that is needed to go on as if never stopped. */
  state(): { tensors: Map<string, Tensor>; steps: number };
  /** Throws ModelError when names or shapes differ from the slots'. */
  restore(state: { tensors: ReadonlyMap<string, Tensor>; steps: number }): void;
  tensors(): Iterable<Tensor>;
}

/** A half-precision parameter stays one, although moments in float32 widen what is computed with them. */
export function move(slot: OptimizedSlot, value: Tensor): void {
  const { dtype } = slot.get();
  slot.set(value.dtype === dtype ? value : value.astype(dtype));
}

export type OptimizerMaker = (
  slots: readonly OptimizedSlot[],
  settings: OptimizerSettings,
) => Optimizer;
