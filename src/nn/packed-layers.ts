// Layers whose weights are packed in a few bits each, as MLX's quantized checkpoints hold them. Never trained
// themselves; adapters on them are. Parameters are spelled as there: weight, scales, biases, bias.
import {
  dequantize,
  modeOf,
  type Packing,
  quantize,
  quantizedMatmul,
  type Tensor,
} from "../mx/index.ts";
import { Embedding, Linear } from "./layers.ts";
import type { EmbeddingLike, LinearLike } from "./linear-like.ts";
import { Module } from "./module.ts";
import { parameter } from "./parameter.ts";

type FloatDtype = "float32" | "float16" | "bfloat16";

/** Layers whose weights are packed. */
export interface Packed {
  readonly packing: Packing;
  /** What its weights are unpacked to, where their scales do not say it: in every mode but affine. */
  unpackTo(dtype: FloatDtype): void;
}

export function isPacked(module: Module): module is Module & Packed {
  return "packing" in module;
}

/** A (rows, columns) matrix, or a stack of such, packed along its rows. */
export abstract class PackedMatrix extends Module implements Packed {
  /** (…rows, columns · bits / 32) uint32. */
  weight: Tensor;
  /** (…rows, columns / group); uint8 where the mode is not affine. */
  scales: Tensor;
  /** As the scales; of mode affine alone. */
  declare biases?: Tensor;
  readonly packing: Packing;
  readonly #columns: number;
  #dtype: FloatDtype = "float32";

  constructor(shape: number | readonly number[], columns: number, packing: Packing) {
    super();
    const rows = [shape].flat();
    const { groupSize, bits } = packing;
    const isAffine = modeOf(packing) === "affine";
    this.packing = packing;
    this.#columns = columns;
    this.weight = parameter([...rows, (columns * bits) / 32], 0, "uint32");
    this.scales = parameter([...rows, columns / groupSize], 0, isAffine ? "float32" : "uint8");
    if (isAffine) this.biases = parameter([...rows, columns / groupSize]);
  }

  protected get rows(): number {
    return this.weight.dim(0);
  }

  protected get columns(): number {
    return this.#columns;
  }

  unpackTo(dtype: FloatDtype): void {
    this.#dtype = dtype;
  }

  /** Takes the values of a dense matrix. */
  protected pack(dense: Tensor): void {
    const { groupSize, bits } = this.packing;
    const [weight, scales, biases] = quantize(dense, groupSize, bits, modeOf(this.packing));
    this.weight = weight;
    this.scales = scales;
    if (biases !== undefined) this.biases = biases;
    this.unpackTo(dense.dtype as FloatDtype);
  }

  /** The matrix, or those of its rows. */
  protected unpacked(rows?: Tensor): Tensor {
    const chosen = (part: Tensor): Tensor => (rows === undefined ? part : part.take(rows, 0));
    const biases = this.biases === undefined ? null : chosen(this.biases);
    // Scales of mode affine say themselves what they unpack to.
    const dtype = biases === null ? { dtype: this.#dtype } : {};
    return dequantize(chosen(this.weight), chosen(this.scales), biases, {
      ...this.packing,
      ...dtype,
    });
  }

  /** x · Wᵀ. */
  protected product(x: Tensor): Tensor {
    const options = { ...this.packing, transpose: true };
    return quantizedMatmul(x, this.weight, this.scales, this.biases ?? null, options);
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
    return this.unpacked(ids);
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
