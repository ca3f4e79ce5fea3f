// Attention without keys and values of its own: it reads those of a block below, as they were attended over there.
// Which block that is, is the architecture's.
import type { Tensor } from "../../mx/index.ts";
import { Linear, type LinearLike, Module } from "../../nn/index.ts";
import { mergeHeads, splitHeads } from "./attend.ts";
import { BorrowedCache, type CacheOptions, type LayerCache } from "./caches/index.ts";
import { carriedNames } from "./carried.ts";
import type { BlockContext } from "./context.ts";
import type { AttentionShape, Norm } from "./headed-attention.ts";
import type { RotaryEmbedding } from "./rope.ts";
import { attended } from "./scores.ts";

export interface BorrowingShape extends Pick<
  AttentionShape,
  "hiddenSize" | "heads" | "headSize" | "bias" | "scale" | "softCap" | "window"
> {
  rotary: RotaryEmbedding;
  /** Over each head of queries. */
  norm: Norm;
  /** What the keys and values are carried as. */
  from: string;
}

export class BorrowingAttention extends Module {
  q_proj: Linear;
  o_proj: Linear;
  q_norm: Norm;
  rotary: RotaryEmbedding;
  readonly #shape: BorrowingShape;

  constructor(shape: BorrowingShape) {
    super();
    const { hiddenSize, heads, headSize, bias, norm, rotary } = shape;
    this.q_proj = new Linear(hiddenSize, heads * headSize, { bias: bias.inputs });
    this.o_proj = new Linear(heads * headSize, hiddenSize, {
      bias: bias.output,
      closesResidual: true,
    });
    this.q_norm = norm;
    this.rotary = rotary;
    this.#shape = shape;
  }

  get headCount(): number {
    return this.#shape.heads;
  }

  get reads(): readonly string[] {
    return Object.values(carriedNames(this.#shape.from));
  }

  makeCache({ padding }: CacheOptions): LayerCache {
    return new BorrowedCache({ offset: 0, padding });
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    const { heads, headSize, from, window, softCap, scale = headSize ** -0.5 } = this.#shape;
    const { cache } = context;
    const each = this.q_norm.forward(splitHeads((this.q_proj as LinearLike).forward(x), heads));
    const reach = this.rotary.followsLength ? context.reach : 0;
    const queries = this.rotary.forward(each, context.startInSegment, reach);
    const names = carriedNames(from);
    const [keys, values] = [context.carried(names.keys), context.carried(names.values)];
    const first = context.offset + context.length - keys.dim(2);
    const mask = context.mask(first, { window, padding: cache?.padding });
    const mixed = attended({ queries, keys, values }, { scale, softCap }, mask);
    if (cache instanceof BorrowedCache) cache.advance(context.length);
    return (this.o_proj as LinearLike).forward(mergeHeads(mixed));
  }
}
