// A frozen linear layer whose rows have a learned length and a direction with a low-rank update (Liu et al. 2024), laid
// out as mlx-lm lays it out. The updated matrix is never formed.
import { doraSum, linear, type Tensor, updatedNorm } from "../../mx/index.ts";
import { Linear, type LinearLike, type Module } from "../../nn/index.ts";
import type { AdapterShape } from "../adapted-layer.ts";
import { beginFactors } from "../lora/begin.ts";
import { Dora } from "./dora.ts";

/** A (in, rank) and B (rank, out) as LoRA's; m (out) begins as the norms of the base's rows. */
export class DoraLinear extends Dora implements LinearLike {
  linear: Module & LinearLike;

  constructor(base: Module & LinearLike, shape: AdapterShape, key: Tensor) {
    const { inputSize: inputs, outputSize: outputs } = base;
    const { weight } = base.toDense();
    const values = (): Tensor => weight.transpose();
    super(beginFactors({ inputs, outputs, values }, shape, key), shape, weight);
    this.linear = base;
  }

  get inputSize(): number {
    return this.linear.inputSize;
  }

  get outputSize(): number {
    return this.linear.outputSize;
  }

  forward(x: Tensor): Tensor {
    const { bias } = this.linear;
    const y = this.#scaled(x);
    return bias === undefined ? y : y.add(bias);
  }

  #scaled(x: Tensor): Tensor {
    const update = { ...this.factors(), scale: this.scale };
    const directions = update.a.stopGradient().transpose().astype(x.dtype);
    const norm = updatedNorm(this.squares, this.#product(directions), update);
    const narrow = this.dropped(x).matmul(update.a);
    return doraSum(this.#product(x), { ...update, narrow, magnitude: this.m, norm });
  }

  /** x·Wᵀ: lengths are those of the matrix, so a bias is added behind. */
  #product(x: Tensor): Tensor {
    const { linear: base } = this;
    if (base instanceof Linear) return linear(x, base.weight, null);
    const y = base.forward(x);
    return base.bias === undefined ? y : y.sub(base.bias);
  }

  toDense(): Linear {
    const { weight, bias } = this.linear.toDense();
    const dense = new Linear(this.inputSize, this.outputSize, { bias: bias !== undefined });
    const { a, b } = this.factors();
    dense.weight = this.rescaled(weight, a.matmul(b).transpose());
    if (bias !== undefined) dense.bias = bias;
    return dense;
  }
}
