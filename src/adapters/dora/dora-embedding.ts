// A frozen table whose rows have a learned length and a direction with a low-rank update, laid out as mlx-lm lays it out.
import { doraSum, type Tensor, updatedNorm } from "../../mx/index.ts";
import { Embedding, type EmbeddingLike, type Module } from "../../nn/index.ts";
import type { AdapterShape } from "../adapted-layer.ts";
import { beginFactors } from "../lora/begin.ts";
import { Dora } from "./dora.ts";

/** A (count, rank) and B (rank, size) as LoRA's; m (count) begins as the norms of the table's rows. */
export class DoraEmbedding extends Dora implements EmbeddingLike {
  embedding: Module & EmbeddingLike;

  constructor(embedding: Module & EmbeddingLike, shape: AdapterShape, key: Tensor) {
    const { count: inputs, size: outputs } = embedding;
    const { weight } = embedding.toDense();
    const values = (): Tensor => weight;
    super(beginFactors({ inputs, outputs, values }, shape, key), shape, weight);
    this.embedding = embedding;
  }

  get count(): number {
    return this.embedding.count;
  }

  get size(): number {
    return this.embedding.size;
  }

  /** Only the rows that are looked up are formed. */
  forward(ids: Tensor): Tensor {
    const { a, b } = this.factors();
    const chosen = a.take(ids, 0);
    const update = this.dropped(chosen).matmul(b);
    const row = this.embedding.forward(ids);
    const whole = this.updated(row, chosen.matmul(b));
    const lengths = whole.stopGradient().astype("float32").norm(-1, true).maximum(1e-15);
    const gain = this.m.take(ids, 0).expandDims(-1).div(lengths);
    return this.updated(row, update).mul(gain.astype(row.dtype));
  }

  asLinear(x: Tensor): Tensor {
    const { embedding, scale } = this;
    const { a, b } = this.factors();
    const update = { a: b.transpose(), b: a.transpose(), scale };
    const directions = b.stopGradient().astype(x.dtype);
    const norm = updatedNorm(this.squares, embedding.asLinear(directions), update);
    const narrow = this.dropped(x).matmul(update.a);
    return doraSum(embedding.asLinear(x), { ...update, narrow, magnitude: this.m, norm });
  }

  toDense(): Embedding {
    const dense = new Embedding(this.count, this.size);
    const { weight } = this.embedding.toDense();
    const { a, b } = this.factors();
    dense.weight = this.rescaled(weight, a.matmul(b));
    return dense;
  }
}
