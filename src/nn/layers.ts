// The layers that models are made of. Parameters are spelled as in PyTorch checkpoints and start as zeros or ones:
// models are loaded or drawn by `initialize`, never used as constructed.
import { layerNorm, linear, rmsNorm, type Tensor } from "../mx/index.ts";
import { Module } from "./module.ts";
import { parameter } from "./parameter.ts";

/** Anything that maps vectors of one size to vectors of another, whatever its weights look like. */
export interface LinearLike {
  readonly inputSize: number;
  readonly outputSize: number;
  /** x (…, in) → (…, out). */
  forward(x: Tensor): Tensor;
}

export function isLinearLike(module: Module): module is Module & LinearLike {
  return "inputSize" in module && "outputSize" in module;
}

export interface LinearOptions {
  bias: boolean;
  /** Its output is added to the residual stream: drawn smaller when training from nothing. */
  closesResidual?: boolean;
}

/** y = x·Wᵀ + b. Weight (out, in), bias (out). */
export class Linear extends Module implements LinearLike {
  weight: Tensor;
  declare bias?: Tensor;
  readonly #closesResidual: boolean;

  constructor(inputSize: number, outputSize: number, options: LinearOptions) {
    super();
    this.weight = parameter([outputSize, inputSize]);
    if (options.bias) this.bias = parameter([outputSize]);
    this.#closesResidual = options.closesResidual ?? false;
  }

  get closesResidual(): boolean {
    return this.#closesResidual;
  }

  get inputSize(): number {
    return this.weight.dim(1);
  }

  get outputSize(): number {
    return this.weight.dim(0);
  }

  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias ?? null);
  }
}

/** Rows of a (count, size) table; `asLinear` is the tied output head. */
export class Embedding extends Module {
  weight: Tensor;

  constructor(count: number, size: number) {
    super();
    this.weight = parameter([count, size]);
  }

  get count(): number {
    return this.weight.dim(0);
  }

  get size(): number {
    return this.weight.dim(1);
  }

  /** ids (…) → (…, size). */
  forward(ids: Tensor): Tensor {
    return this.weight.take(ids, 0);
  }

  /** x (…, size) → (…, count). */
  asLinear(x: Tensor): Tensor {
    return linear(x, this.weight, null);
  }
}

/** x / rms(x) · weight (Zhang & Sennrich 2019). */
export class RMSNorm extends Module {
  weight: Tensor;
  readonly #eps: number;

  constructor(size: number, eps: number) {
    super();
    this.weight = parameter([size], 1);
    this.#eps = eps;
  }

  forward(x: Tensor): Tensor {
    return rmsNorm(x, this.weight, this.#eps);
  }
}

/** (x − mean) / std · weight + bias (Ba et al. 2016). */
export class LayerNorm extends Module {
  weight: Tensor;
  bias: Tensor;
  readonly #eps: number;

  constructor(size: number, eps: number) {
    super();
    this.weight = parameter([size], 1);
    this.bias = parameter([size]);
    this.#eps = eps;
  }

  forward(x: Tensor): Tensor {
    return layerNorm(x, this.weight, this.bias, this.#eps);
  }
}
