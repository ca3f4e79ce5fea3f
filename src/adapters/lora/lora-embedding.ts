// A frozen table with a low-rank update beside it, laid out as mlx-lm lays it out.
import type { Tensor } from "../../mx/index.ts";
import { Embedding, type EmbeddingLike, type Module } from "../../nn/index.ts";
import type { AdapterShape } from "../adapted-layer.ts";
import { beginFactors } from "./begin.ts";
import { LowRank } from "./low-rank.ts";

/** A (count, rank) is uniform within ±1/√count; B (rank, size) is zero. */
export class LoraEmbedding extends LowRank implements EmbeddingLike {
  embedding: Module & EmbeddingLike;

  constructor(embedding: Module & EmbeddingLike, shape: AdapterShape, key: Tensor) {
    const { count: inputs, size: outputs } = embedding;
    const values = (): Tensor => embedding.toDense().weight;
    super(beginFactors({ inputs, outputs, values }, shape, key), shape);
    this.embedding = embedding;
  }

  get count(): number {
    return this.embedding.count;
  }

  get size(): number {
    return this.embedding.size;
  }

  forward(ids: Tensor): Tensor {
    const { a, b } = this.factors();
    const update = this.dropped(a.take(ids, 0)).matmul(b);
    return this.updated(this.embedding.forward(ids), update);
  }

  asLinear(x: Tensor): Tensor {
    const { a, b } = this.factors();
    const update = this.dropped(x).matmul(b.transpose()).matmul(a.transpose());
    return this.updated(this.embedding.asLinear(x), update);
  }

  toDense(): Embedding {
    const dense = new Embedding(this.count, this.size);
    const { weight } = this.embedding.toDense();
    const { a, b } = this.factors();
    dense.weight = this.updated(weight, a.matmul(b));
    return dense;
  }
}
