// Multi-head attention with grouped keys and rotary positions, and the parts that other attentions share.
// Takes a plain shape: which keys of config.json it comes from is config.ts's and the architectures'.
import { attention, type Tensor } from "../../mx/index.ts";
import { Linear, Module } from "../../nn/index.ts";
import {
  type AttendOptions,
  attentionCache,
  type CacheOptions,
  KeyValueCache,
  type LayerCache,
  type Projections,
} from "./caches/index.ts";
import type { BlockContext } from "./context.ts";
import type { RotaryEmbedding } from "./rope.ts";

/** (batch, length, heads·size) → (batch, heads, length, size). */
export function splitHeads(x: Tensor, heads: number): Tensor {
  const [batch = 1, length = 1, width = 1] = x.shape;
  return x.reshape(batch, length, heads, width / heads).transpose(0, 2, 1, 3);
}

/** (batch, heads, length, size) → (batch, length, heads·size). */
export function mergeHeads(x: Tensor): Tensor {
  const [batch = 1, heads = 1, length = 1, size = 1] = x.shape;
  return x.transpose(0, 2, 1, 3).reshape(batch, length, heads * size);
}

/** Scaled dot-product attention over what the cache holds plus these tokens. */
export function attend(
  projections: Projections,
  options: AttendOptions,
  context: BlockContext,
): Tensor {
  const { cache } = context;
  if (cache instanceof KeyValueCache) return cache.attend(projections, options, context);
  if (cache !== undefined) throw new RangeError("attention cannot use a cache of another kind");
  const { queries, keys, values } = projections;
  return attention(queries, keys, values, options.scale, context.mask(0, options));
}

export interface AttentionShape {
  hiddenSize: number;
  heads: number;
  /** Shared by groups of queries. */
  keyHeads: number;
  headSize: number;
  /** Biases of queries, keys and values, and of the output. */
  bias: { inputs: boolean; output: boolean };
  /** Absent: positions are not told to queries and keys. */
  rotary?: RotaryEmbedding;
  /** Factor on the scores; default 1/√(head size). */
  scale?: number;
  /** Tokens that a query sees, itself among them; absent: all before it. */
  window?: number | undefined;
}

export class Attention extends Module {
  q_proj: Linear;
  k_proj: Linear;
  v_proj: Linear;
  o_proj: Linear;
  declare rotary?: RotaryEmbedding;
  readonly #shape: AttentionShape;

  constructor(shape: AttentionShape) {
    super();
    const { hiddenSize, heads, keyHeads, headSize, bias } = shape;
    this.#shape = shape;
    this.q_proj = new Linear(hiddenSize, heads * headSize, { bias: bias.inputs });
    this.k_proj = new Linear(hiddenSize, keyHeads * headSize, { bias: bias.inputs });
    this.v_proj = new Linear(hiddenSize, keyHeads * headSize, { bias: bias.inputs });
    this.o_proj = new Linear(heads * headSize, hiddenSize, {
      bias: bias.output,
      closesResidual: true,
    });
    if (shape.rotary !== undefined) this.rotary = shape.rotary;
  }

  get headCount(): number {
    return this.#shape.heads;
  }

  makeCache(options: CacheOptions): LayerCache {
    return attentionCache(options, this.#shape.window);
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    const { heads, keyHeads, headSize, window, scale = headSize ** -0.5 } = this.#shape;
    const queries = splitHeads(this.q_proj.forward(x), heads);
    const keys = splitHeads(this.k_proj.forward(x), keyHeads);
    const values = splitHeads(this.v_proj.forward(x), keyHeads);
    const { start } = context;
    const turned = {
      queries: this.rotary?.forward(queries, start) ?? queries,
      keys: this.rotary?.forward(keys, start) ?? keys,
      values,
    };
    return this.o_proj.forward(mergeHeads(attend(turned, { scale, window }, context)));
  }
}
