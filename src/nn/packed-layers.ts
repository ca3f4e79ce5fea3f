// Layers whose weights are packed in a few bits each, as MLX's quantized checkpoints hold them. Never trained
// themselves; adapters on them are. Parameters are spelled as there: weight, scales, biases, bias.
import { dequantize, type Packing, quantize, quantizedMatmul, type Tensor } from "../mx/index.ts";
import { Embedding, Linear } from "./layers.ts";
import type { EmbeddingLike, LinearLike } from "./linear-like.ts";
import { Module } from "./module.ts";
import { parameter } from "./parameter.ts";

/** A (rows, columns) matrix, packed along its rows. */
abstract class PackedMatrix extends Module {
  /** (rows, columns · bits / 32) uint32. */
  weight: Tensor;
  /** (rows, columns / group). */
  scales: Tensor;
  biases: Tensor;
  readonly #packing: Packing;
  readonly #columns: number;

  constructor(rows: number, columns: number, packing: Packing) {
    super();
    const { groupSize, bits } = packing;
    this.#packing = packing;
    this.#columns = columns;
    this.weight = parameter([rows, (columns * bits) / 32], 0, "uint32");
    this.scales = parameter([rows, columns / groupSize]);
    this.biases = parameter([rows, columns / groupSize]);
  }

  protected get rows(): number {
    return this.weight.dim(0);
  }

  protected get columns(): number {
    return this.#columns;
  }

  get packing(): Packing {
    return this.#packing;
  }

  /** Takes the values of a dense matrix. */
  protected pack(dense: Tensor): void {
    const { groupSize, bits } = this.#packing;
    [this.weight, this.scales, this.biases] = quantize(dense, groupSize, bits);
  }

  protected unpacked(): Tensor {
    return dequantize(this.weight, this.scales, this.biases, this.#packing);
  }

  /** x · Wᵀ. */
  protected product(x: Tensor): Tensor {
    const options = { ...this.#packing, transpose: true };
    return quantizedMatmul(x, this.weight, this.scales, this.biases, options);
  }
}

export class PackedLinear extends PackedMatrix implements LinearLike {
  declare bias?: Tensor;

  constructor(
    inputSize: number,
    outputSize: number,
    { bias, ...packing }: Packing & { bias: boolean },
  ) {
    super(outputSize, inputSize, packing);
    if (bias) this.bias = parameter([outputSize]);
  }

  static of(linear: LinearLike, packing: Packing): PackedLinear {
    const { weight, bias } = linear.toDense();
    const options = { ...packing, bias: bias !== undefined };
    const packed = new PackedLinear(linear.inputSize, linear.outputSize, options);
    packed.pack(weight);
    if (bias !== undefined) packed.bias = bias;
    return packed;
  }

  get inputSize(): number {
    return this.columns;
  }

  get outputSize(): number {
    return this.rows;
  }

  forward(x: Tensor): Tensor {
    const y = this.product(x);
    return this.bias === undefined ? y : y.add(this.bias);
  }

  toDense(): Linear {
    const dense = new Linear(this.inputSize, this.outputSize, { bias: this.bias !== undefined });
    dense.weight = this.unpacked();
    if (this.bias !== undefined) dense.bias = this.bias;
    return dense;
  }
}

export class PackedEmbedding extends PackedMatrix implements EmbeddingLike {
  static of(embedding: EmbeddingLike, packing: Packing): PackedEmbedding {
    const packed = new PackedEmbedding(embedding.count, embedding.size, packing);
    packed.pack(embedding.toDense().weight);
    return packed;
  }

  get count(): number {
    return this.rows;
  }

  get size(): number {
    return this.columns;
  }

  forward(ids: Tensor): Tensor {
    const [weight, scales, biases] = [this.weight, this.scales, this.biases].map((part) =>
      part.take(ids, 0),
    ) as [Tensor, Tensor, Tensor];
    return dequantize(weight, scales, biases, this.packing);
  }

  asLinear(x: Tensor): Tensor {
    return this.product(x);
  }

  toDense(): Embedding {
    const dense = new Embedding(this.count, this.size);
    dense.weight = this.unpacked();
    return dense;
  }
}
