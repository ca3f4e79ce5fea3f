// RMSNorm of groups of numbers, beside a gate: what Mamba-2's layers end with.
import { rmsNorm, type Tensor } from "../../../mx/index.ts";
import { Module, parameter, silu } from "../../../nn/index.ts";

export interface GatedNormOptions {
  eps: number;
  /** Each is normed alone. */
  groups: number;
  /** What is normed is gated afterwards, rather than before. */
  isBeforeGate: boolean;
}

export class GatedNorm extends Module {
  weight: Tensor;
  readonly #options: GatedNormOptions;

  constructor(size: number, options: GatedNormOptions) {
    super();
    this.weight = parameter([size], 1);
    this.#options = options;
  }

  /** x and gate (batch, length, size). */
  forward(x: Tensor, gate: Tensor): Tensor {
    const open = silu(gate);
    return this.#options.isBeforeGate ? this.#normed(x).mul(open) : this.#normed(x.mul(open));
  }

  #normed(x: Tensor): Tensor {
    const { eps, groups } = this.#options;
    if (groups === 1) return rmsNorm(x, this.weight, eps);
    const [batch = 1, length = 1, size = 1] = x.shape;
    const normed = rmsNorm(x.reshape(batch, length, groups, size / groups), null, eps);
    return normed.reshape(batch, length, size).mul(this.weight);
  }
}
