// A frozen table with a low-rank update beside it, laid out as mlx-lm lays it out.
import { type Tensor, uniform, zeros } from "../../mx/index.ts";
import { Embedding, type EmbeddingLike, type Module } from "../../nn/index.ts";
import type { AdapterShape } from "../adapted-layer.ts";
import { LowRank } from "./low-rank.ts";

/** A (count, rank) is uniform within ±1/√count; B (rank, size) is zero. */
export class LoraEmbedding extends LowRank implements EmbeddingLike {
  embedding: Module & EmbeddingLike;

  constructor(embedding: Module & EmbeddingLike, shape: AdapterShape, key: Tensor) {
    const { count, size } = embedding;
    const bound = 1 / Math.sqrt(count);
    super(uniform(-bound, bound, [count, shape.rank], key), zeros([shape.rank, size]), shape);
    this.embedding = embedding;
  }

  get count(): number {
    return this.embedding.count;
  }

  get size(): number {
    return this.embedding.size;
  }

  forward(ids: Tensor): Tensor {
    const update = this.dropped(this.lora_a.take(ids, 0)).matmul(this.lora_b);
    return this.updated(this.embedding.forward(ids), update);
  }

  asLinear(x: Tensor): Tensor {
    const update = this.dropped(x).matmul(this.lora_b.transpose()).matmul(this.lora_a.transpose());
    return this.updated(this.embedding.asLinear(x), update);
  }

  toDense(): Embedding {
    const dense = new Embedding(this.count, this.size);
    const { weight } = this.embedding.toDense();
    dense.weight = this.updated(weight, this.lora_a.matmul(this.lora_b));
    return dense;
  }
}
