// A frozen linear layer with a low-rank update beside it (Hu et al. 2021), laid out as mlx-lm lays it out.
// Knows linear layers, never models.
import { loraLinear, type Tensor } from "../../mx/index.ts";
import { Linear, type LinearLike, type Module } from "../../nn/index.ts";
import type { AdapterShape } from "../adapted-layer.ts";
import { beginFactors } from "./begin.ts";
import { LowRank } from "./low-rank.ts";

/**
 * A (in, rank) is uniform within ±1/√in; B (rank, out) is zero: at the start the layer is exactly its base. Other starts
 * are src/adapters/starts.
 */
export class LoraLinear extends LowRank implements LinearLike {
  linear: Module & LinearLike;

  constructor(linear: Module & LinearLike, shape: AdapterShape, key: Tensor) {
    const { inputSize: inputs, outputSize: outputs } = linear;
    const values = (): Tensor => linear.toDense().weight.transpose();
    super(beginFactors({ inputs, outputs, values }, shape, key), shape);
    this.linear = linear;
  }

  get inputSize(): number {
    return this.linear.inputSize;
  }

  get outputSize(): number {
    return this.linear.outputSize;
  }

  forward(x: Tensor): Tensor {
    const { linear } = this;
    if (linear instanceof Linear) return this.#fused(x, linear);
    const { a, b } = this.factors();
    const update = this.dropped(x).matmul(a).matmul(b);
    return this.updated(linear.forward(x), update);
  }

  /** The same in one call, for a base whose weights are at hand. */
  #fused(x: Tensor, { weight, bias }: Linear): Tensor {
    return loraLinear(x, weight, bias ?? null, {
      ...this.factors(),
      scale: this.scale,
      dropout: this.dropout,
      key: this.randomKey,
    });
  }

  toDense(): Linear {
    const { weight, bias } = this.linear.toDense();
    const dense = new Linear(this.inputSize, this.outputSize, { bias: bias !== undefined });
    const { a, b } = this.factors();
    dense.weight = this.updated(weight, a.matmul(b).transpose());
    if (bias !== undefined) dense.bias = bias;
    return dense;
  }
}
