// What every optimizer is to the trainer: something that moves parameters and whose state can be saved.
import { elementCount } from "../../core/element-count.ts";
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
  /** Decay is added to the gradient, instead of taken from the parameter beside it. Not of adamw. */
  coupledDecay?: boolean;
  /** Adafactor only: its rate follows from the step; the given one does not count. */
  relativeStep?: boolean;
  /** Adafactor only: the rate is times the parameter's size; left out: with relativeStep alone. */
  scaleParameter?: boolean;
  /** Of sgd and muon. */
  momentum: number;
  /** Muon only: the AdamW rate of what is not a hidden matrix, as a share of the learning rate. */
  adamwShare: number;
  /** Muon only: nothing is left to AdamW; vectors follow their momentum, stacks are read as matrices. */
  isMuonAlone?: boolean;
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

export type OptimizerMaker = (
  slots: readonly OptimizedSlot[],
  settings: OptimizerSettings,
) => Optimizer;

/** An entry of the registry. */
export interface OptimizerKind {
  /** A few words for lists. */
  about: string;
  make: OptimizerMaker;
  /** Where nothing is asked for. */
  usual: Pick<OptimizerSettings, "beta1" | "beta2" | "eps" | "momentum">;
  /** Above this rate training is likely to be unstable. */
  highRate: number;
  /** Bytes of state that it keeps for a parameter of this shape. */
  stateBytes(shape: readonly number[]): number;
  /** Arrays in float32, of the size of a parameter, that moving it works with beside state and gradient. */
  updateCopies: number;
}

/** Bytes of `count` arrays of the parameter's shape in float32. */
export const moments =
  (count: number) =>
  (shape: readonly number[]): number =>
    4 * count * elementCount(shape);

/** What most take (Kingma & Ba 2015), and Muon's momentum. */
export const usual = { beta1: 0.9, beta2: 0.999, eps: 1e-8, momentum: 0.95 } as const;

/** A half-precision parameter stays one, although moments in float32 widen what is computed with them. */
export function move(slot: OptimizedSlot, value: Tensor): void {
  const { dtype } = slot.get();
  slot.set(value.dtype === dtype ? value : value.astype(dtype));
}
