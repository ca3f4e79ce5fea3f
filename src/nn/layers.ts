// The layers that models are made of. Parameters are spelled as in PyTorch checkpoints and start as zeros or ones:
// models are loaded or drawn by `initialize`, never used as constructed.
import { type Dtype, full, linear, normal, type Tensor } from "../mx/index.ts";
import type { EmbeddingLike, LinearLike, Widens } from "./linear-like.ts";
import { Module } from "./module.ts";
import { parameter } from "./parameter.ts";

export interface LinearOptions {
  bias: boolean;
  /** Its output is added to the residual stream: drawn smaller when training from nothing. */
  closesResidual?: boolean;
}

/** Factors on the deviations that weights are drawn with. */
export interface DrawScales {
  /** For layers that close a residual branch. */
  residual: number;
  /** The deviation of embeddings itself; default 1/√size. */
  embedding?: number | undefined;
}

/** Weights that can be drawn from nothing; `Module.modules()` finds who has them. */
export interface Drawn {
  draw(key: Tensor, scales: DrawScales): void;
}

/** y = x·Wᵀ + b. Weight (out, in), bias (out). */
export class Linear extends Module implements LinearLike, Drawn {
  weight: Tensor;
  declare bias?: Tensor;
  readonly #closesResidual: boolean;

  constructor(inputSize: number, outputSize: number, options: LinearOptions) {
    super();
    this.weight = parameter([outputSize, inputSize]);
    this.takeHalves("weight");
    if (options.bias) this.bias = parameter([outputSize]);
    this.#closesResidual = options.closesResidual ?? false;
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

  toDense(): Linear {
    return this;
  }

  draw(key: Tensor, { residual }: DrawScales): void {
    const scale = this.#closesResidual ? residual : 1;
    this.weight = normal(0, scale / Math.sqrt(this.inputSize), this.weight.shape, key);
    if (this.bias !== undefined) this.bias = full(this.bias.shape, 0);
  }
}

/** Rows of a (count, size) table; `asLinear` is the tied output head. */
export class Embedding extends Module implements EmbeddingLike, Drawn, Widens {
  weight: Tensor;
  #dtype: Dtype | undefined;

  constructor(count: number, size: number) {
    super();
    this.weight = parameter([count, size]);
    this.takeHalves("weight");
  }

  widenTo(dtype: Dtype): void {
    this.#dtype = dtype;
  }

  get count(): number {
    return this.weight.dim(0);
  }

  get size(): number {
    return this.weight.dim(1);
  }

  /** ids (…) → (…, size). */
  forward(ids: Tensor): Tensor {
    const rows = this.weight.take(ids, 0);
    return this.#dtype === undefined ? rows : rows.astype(this.#dtype);
  }

  /** x (…, size) → (…, count). */
  asLinear(x: Tensor): Tensor {
    return linear(x, this.weight, null);
  }

  toDense(): Embedding {
    return this;
  }

  draw(key: Tensor, { embedding = 1 / Math.sqrt(this.size) }: DrawScales): void {
    this.weight = normal(0, embedding, this.weight.shape, key);
  }
}
