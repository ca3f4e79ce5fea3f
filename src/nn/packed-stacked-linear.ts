// Linear layers of many experts whose weights are packed in a few bits each. Never trained themselves; adapters on them
// are. Parameters are spelled as in MLX's quantized checkpoints: weight, scales, biases, bias.
import { gatherQmm, type Packing, type Tensor } from "../mx/index.ts";
import type { StackedLinearLike } from "./linear-like.ts";
import { PackedMatrix } from "./packed-layers.ts";
import { parameter } from "./parameter.ts";
import { asGiven, chosenBias, gatheredRows, StackedLinear } from "./stacked-linear.ts";

/** y = x·W[expert]ᵀ (+ bias[expert]). Weight (experts, out, in · bits / 32). */
export class PackedStackedLinear extends PackedMatrix implements StackedLinearLike {
  declare bias?: Tensor;

  constructor(
    count: number,
    inputSize: number,
    outputSize: number,
    { bias, ...packing }: Packing & { bias: boolean },
  ) {
    super([count, outputSize], inputSize, packing);
    if (bias) this.bias = parameter([count, outputSize]);
  }

  static of(layer: StackedLinearLike, packing: Packing): PackedStackedLinear {
    const { weight, bias } = layer.toDense();
    const { expertCount, inputSize, outputSize } = layer;
    const options = { ...packing, bias: bias !== undefined };
    const packed = new PackedStackedLinear(expertCount, inputSize, outputSize, options);
    packed.pack(weight);
    if (bias !== undefined) packed.bias = bias;
    return packed;
  }

  get expertCount(): number {
    return this.weight.dim(0);
  }

  get inputSize(): number {
    return this.columns;
  }

  get outputSize(): number {
    return this.weight.dim(1);
  }

  forward(x: Tensor, experts: Tensor, isSorted = false): Tensor {
    const rows = gatheredRows(x, experts);
    const options = { ...this.packing, transpose: true, lhsIndices: null, rhsIndices: experts };
    const products = gatherQmm(rows, this.weight, this.scales, this.biases ?? null, {
      ...options,
      sorted: isSorted,
    });
    const y = asGiven(products, x, experts);
    return this.bias === undefined ? y : y.add(chosenBias(this.bias, x, experts));
  }

  toDense(): StackedLinear {
    const options = { bias: this.bias !== undefined };
    const dense = new StackedLinear(this.expertCount, this.inputSize, this.outputSize, options);
    dense.weight = this.unpacked();
    if (this.bias !== undefined) dense.bias = this.bias;
    return dense;
  }
}
