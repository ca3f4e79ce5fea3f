// Layers that bring vectors to one length, or to one mean and deviation. What differs between families is told in
// options: weights stored minus one, no bias, no weights at all, another weight for each head.
import { layerNorm, rmsNorm, swiglu, type Tensor } from "../mx/index.ts";
import { Module } from "./module.ts";
import { parameter } from "./parameter.ts";

export interface NormOptions {
  /** Weights are stored minus one: the layer multiplies with 1 + weight. */
  isOffset?: boolean;
}

/** x / rms(x) · weight (Zhang & Sennrich 2019). */
export class RMSNorm extends Module {
  weight: Tensor;
  readonly #eps: number;
  readonly #isOffset: boolean;

  constructor(size: number, eps: number, { isOffset = false }: NormOptions = {}) {
    super();
    this.weight = parameter([size], isOffset ? 0 : 1);
    this.#eps = eps;
    this.#isOffset = isOffset;
  }

  forward(x: Tensor): Tensor {
    return rmsNorm(x, this.#isOffset ? this.weight.add(1) : this.weight, this.#eps);
  }
}

/** x / rms(x), without a parameter. */
export class PlainRMSNorm extends Module {
  readonly #eps: number;

  constructor(eps: number) {
    super();
    this.#eps = eps;
  }

  forward(x: Tensor): Tensor {
    return rmsNorm(x, null, this.#eps);
  }
}

/** silu(gate) · x / rms(x) · weight: the norm of what a recurrent layer reads, and the gate behind it. */
export class GatedRMSNorm extends Module {
  weight: Tensor;
  readonly #eps: number;

  constructor(size: number, eps: number) {
    super();
    this.weight = parameter([size], 1);
    this.#eps = eps;
  }

  /** x and gate (…, size). */
  forward(x: Tensor, gate: Tensor): Tensor {
    return swiglu(gate, rmsNorm(x, this.weight, this.#eps));
  }
}

/** (x − mean) / std · weight + bias (Ba et al. 2016); the bias is absent where `bias` is false. */
export class LayerNorm extends Module {
  weight: Tensor;
  declare bias?: Tensor;
  readonly #eps: number;
  readonly #isOffset: boolean;

  constructor(
    size: number,
    eps: number,
    { bias = true, isOffset = false }: NormOptions & { bias?: boolean } = {},
  ) {
    super();
    this.weight = parameter([size], isOffset ? 0 : 1);
    if (bias) this.bias = parameter([size]);
    this.#eps = eps;
    this.#isOffset = isOffset;
  }

  forward(x: Tensor): Tensor {
    const weight = this.#isOffset ? this.weight.add(1) : this.weight;
    return layerNorm(x, weight, this.bias ?? null, this.#eps);
  }
}

/** (x − mean) / std, without a parameter. */
export class PlainLayerNorm extends Module {
  readonly #eps: number;

  constructor(eps: number) {
    super();
    this.#eps = eps;
  }

  forward(x: Tensor): Tensor {
    return layerNorm(x, null, null, this.#eps);
  }
}

/** LayerNorm without bias of x (batch, heads, length, size), with a weight of its own for each head. */
export class HeadLayerNorm extends Module {
  /** (heads, size). */
  weight: Tensor;
  readonly #eps: number;

  constructor(heads: number, size: number, eps: number) {
    super();
    this.weight = parameter([heads, size], 1);
    this.#eps = eps;
  }

  forward(x: Tensor): Tensor {
    return layerNorm(x, null, null, this.#eps).mul(this.weight.expandDims(1));
  }
}
