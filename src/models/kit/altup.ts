// Alternating updates (Baykal et al. 2023): several hidden states a token, of which each block computes with one and
// predicts and corrects the others. They lie side by side, (batch, length, states·size).
import type { Tensor } from "../../mx/index.ts";
import { concatenate } from "../../mx/index.ts";
import { Linear, Module, parameter, RMSNorm } from "../../nn/index.ts";

export interface AltUpShape {
  /** States of a token. */
  states: number;
  /** The one that blocks compute with. */
  active: number;
  size: number;
  eps: number;
}

/** One of the states, (batch, length, size). */
function stateOf(all: Tensor, index: number): Tensor {
  return all.narrow(2, index, index + 1).squeeze(2);
}

/** Arrays of all states that a block keeps. */
const keptStates = 6;

/** What a block predicts before it computes, and corrects afterwards. */
export class AltUp extends Module {
  /** (size), of the corrected active state where a block's own input is added to the others. */
  correct_output_scale: Tensor;
  correction_coefs: Linear;
  prediction_coefs: Linear;
  modality_router: Linear;
  router_norm: RMSNorm;
  readonly #shape: AltUpShape;

  constructor(shape: AltUpShape) {
    super();
    const { states, size, eps } = shape;
    this.correct_output_scale = parameter([size]);
    this.correction_coefs = new Linear(states, states, { bias: false });
    this.prediction_coefs = new Linear(states, states ** 2, { bias: false });
    this.modality_router = new Linear(size, states, { bias: false });
    this.router_norm = new RMSNorm(size, eps);
    this.#shape = shape;
  }

  /** All states predicted, corrected and added to, and what their weights' gradients need of them. */
  get keptPerToken(): number {
    return keptStates * this.#shape.states * this.#shape.size;
  }

  get readPerToken(): number {
    return (this.#shape.states - 1) * this.#shape.size;
  }

  /** x (batch, length, states·size) → all states before the block, (batch, length, states, size), and the active one. */
  predict(x: Tensor): { all: Tensor; active: Tensor } {
    const { states, size, active } = this.#shape;
    const [batch = 1, length = 1] = x.shape;
    const given = x.reshape(batch, length, states, size);
    const weights = this.prediction_coefs.forward(this.#modalities(stateOf(given, active)));
    const all = weights.reshape(batch, length, states, states).matmul(given).add(given);
    return { all, active: stateOf(all, active) };
  }

  /** All states once the block has made `activated` of the active one: (batch, length, states, size). */
  correct({ all, active }: { all: Tensor; active: Tensor }, activated: Tensor): Tensor {
    const weights = this.correction_coefs.forward(this.#modalities(activated)).add(1);
    return all.add(weights.expandDims(3).mul(activated.sub(active).expandDims(2)));
  }

  /** (batch, length, states·size): `update` of the active state, as `made` of it, is added to all states but the first. */
  added(
    all: Tensor,
    { isScaled }: { isScaled: boolean },
    update: (active: Tensor) => Tensor,
  ): Tensor {
    const active = stateOf(all, this.#shape.active);
    const told = update(isScaled ? active.mul(this.correct_output_scale) : active);
    const [first, others] = all.splitAt([1], 2) as [Tensor, Tensor];
    const [batch = 1, length = 1] = all.shape;
    return concatenate([first, others.add(told.expandDims(2))], 2).reshape(batch, length, -1);
  }

  #modalities(state: Tensor): Tensor {
    const normed = this.router_norm.forward(state).mul(1 / this.#shape.size);
    return this.modality_router.forward(normed).tanh();
  }
}

const magnitude = (x: Tensor): Tensor => x.square().mean(-1, true);

/** Smaller magnitudes are not divided by. */
const leastMagnitude = 1e-5;

function withMagnitudeOf(x: Tensor, other: Tensor): Tensor {
  return x.mul(magnitude(other).sqrt()).div(magnitude(x).maximum(leastMagnitude).sqrt());
}

/** From the embedding, (batch, length, size), to all states side by side. */
export function unfoldedStates(x: Tensor, projections: readonly Linear[]): Tensor {
  const others = projections.map((layer) => withMagnitudeOf(layer.forward(x), x));
  return concatenate([x, ...others], 2);
}

/** From all states side by side to their mean, (batch, length, size). */
export function foldedStates(all: Tensor, projections: readonly Linear[]): Tensor {
  const [first, ...others] = all.split(projections.length + 1, 2) as [Tensor, ...Tensor[]];
  const projected = others.map((state, index) =>
    withMagnitudeOf((projections[index] as Linear).forward(state), first),
  );
  const sum = projected.reduce((total, state) => total.add(state), first);
  return sum.mul(1 / (projections.length + 1));
}
