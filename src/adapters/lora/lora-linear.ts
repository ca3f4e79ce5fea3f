// A frozen linear layer with a low-rank update beside it (Hu et al. 2021), laid out as mlx-lm lays it out.
// Knows linear layers, never models.
import { loraLinear, type Tensor, uniform, zeros } from "../../mx/index.ts";
import { Linear, type LinearLike, type Module } from "../../nn/index.ts";
import type { AdapterShape } from "../adapted-layer.ts";
import { LowRank } from "./low-rank.ts";

/**
 * A (in, rank) is uniform within ±1/√in; B (rank, out) is zero: at the start the layer is exactly its base.
 */
export class LoraLinear extends LowRank implements LinearLike {
  linear: Module & LinearLike;

  constructor(linear: Module & LinearLike, shape: AdapterShape, key: Tensor) {
    const { inputSize, outputSize } = linear;
    const bound = 1 / Math.sqrt(inputSize);
    super(
      uniform(-bound, bound, [inputSize, shape.rank], key),
      zeros([shape.rank, outputSize]),
      shape,
    );
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
    const update = this.dropped(x).matmul(this.lora_a).matmul(this.lora_b);
    return this.updated(linear.forward(x), update);
  }

  /** The same in one call, for a base whose weights are at hand. */
  #fused(x: Tensor, { weight, bias }: Linear): Tensor {
    return loraLinear(x, weight, bias ?? null, {
      a: this.lora_a,
      b: this.lora_b,
      scale: this.scale,
      dropout: this.dropout,
      key: this.randomKey,
    });
  }

  toDense(): Linear {
    const { weight, bias } = this.linear.toDense();
    const dense = new Linear(this.inputSize, this.outputSize, { bias: bias !== undefined });
    dense.weight = this.updated(weight, this.lora_a.matmul(this.lora_b).transpose());
    if (bias !== undefined) dense.bias = bias;
    return dense;
  }
}
