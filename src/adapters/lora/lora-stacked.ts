// Low-rank updates of each expert of a stack, laid out as mlx-lm lays them out.
import { type Tensor, uniform, zeros } from "../../mx/index.ts";
import {
  chosenProducts,
  type Module,
  StackedLinear,
  type StackedLinearLike,
} from "../../nn/index.ts";
import type { AdapterShape } from "../adapted-layer.ts";
import { LowRank } from "./low-rank.ts";

/** A (experts, rank, in) is uniform within ±1/√in; B (experts, out, rank) is zero. */
export class LoraStacked extends LowRank implements StackedLinearLike {
  linear: Module & StackedLinearLike;

  constructor(linear: Module & StackedLinearLike, shape: AdapterShape, key: Tensor) {
    const { expertCount, inputSize, outputSize } = linear;
    const bound = 1 / Math.sqrt(inputSize);
    const a = uniform(-bound, bound, [expertCount, shape.rank, inputSize], key);
    super({ a, b: zeros([expertCount, outputSize, shape.rank]) }, shape);
    this.linear = linear;
  }

  get expertCount(): number {
    return this.linear.expertCount;
  }

  get inputSize(): number {
    return this.linear.inputSize;
  }

  get outputSize(): number {
    return this.linear.outputSize;
  }

  forward(x: Tensor, experts: Tensor, isSorted = false): Tensor {
    const narrow = chosenProducts(this.dropped(x), this.lora_a.swapaxes(-1, -2), experts, isSorted);
    const update = chosenProducts(narrow, this.lora_b.swapaxes(-1, -2), experts, isSorted);
    return this.updated(this.linear.forward(x, experts, isSorted), update);
  }

  toDense(): StackedLinear {
    const { weight, bias } = this.linear.toDense();
    const options = { bias: bias !== undefined };
    const dense = new StackedLinear(this.expertCount, this.inputSize, this.outputSize, options);
    dense.weight = this.updated(weight, this.lora_b.matmul(this.lora_a));
    if (bias !== undefined) dense.bias = bias;
    return dense;
  }
}
