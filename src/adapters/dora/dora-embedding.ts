// A frozen table whose rows have a learned length and a direction with a low-rank update, laid out as mlx-lm lays it out.
import { doraSum, type Tensor, uniform, updatedNorm, zeros } from "../../mx/index.ts";
import { Embedding, type EmbeddingLike, type Module } from "../../nn/index.ts";
import type { AdapterShape } from "../adapted-layer.ts";
import { Dora } from "./dora.ts";

/** A (count, rank) and B (rank, size) as LoRA's; m (count) begins as the norms of the table's rows. */
export class DoraEmbedding extends Dora implements EmbeddingLike {
  embedding: Module & EmbeddingLike;

  constructor(embedding: Module & EmbeddingLike, shape: AdapterShape, key: Tensor) {
    const { count, size } = embedding;
    const bound = 1 / Math.sqrt(count);
    const a = uniform(-bound, bound, [count, shape.rank], key);
    super(a, zeros([shape.rank, size]), shape, embedding.toDense().weight);
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
    const update = this.dropped(this.lora_a.take(ids, 0)).matmul(this.lora_b);
    const row = this.embedding.forward(ids);
    const whole = this.updated(row, this.lora_a.take(ids, 0).matmul(this.lora_b));
    const lengths = whole.stopGradient().astype("float32").norm(-1, true).maximum(1e-15);
    const gain = this.m.take(ids, 0).expandDims(-1).div(lengths);
    return this.updated(row, update).mul(gain.astype(row.dtype));
  }

  asLinear(x: Tensor): Tensor {
    const { embedding, scale } = this;
    const update = { a: this.lora_b.transpose(), b: this.lora_a.transpose(), scale };
    const directions = this.lora_b.stopGradient().astype(x.dtype);
    const norm = updatedNorm(this.squares, embedding.asLinear(directions), update);
    const narrow = this.dropped(x).matmul(update.a);
    return doraSum(embedding.asLinear(x), { ...update, narrow, magnitude: this.m, norm });
  }

  toDense(): Embedding {
    const dense = new Embedding(this.count, this.size);
    const { weight } = this.embedding.toDense();
    dense.weight = this.rescaled(weight, this.lora_a.matmul(this.lora_b));
    return dense;
  }
}
