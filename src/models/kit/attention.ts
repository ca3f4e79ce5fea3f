// Multi-head attention with grouped keys and rotary positions, and the part that learned positions share.
import { attention, type Tensor } from "../../mx/index.ts";
import { Linear, Module } from "../../nn/index.ts";
import { type BaseConfig, headSizeOf } from "./config.ts";
import type { BlockContext } from "./context.ts";
import { type RotaryEmbedding, ropeFrom } from "./rope.ts";

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
  queries: Tensor,
  keys: Tensor,
  values: Tensor,
  context: BlockContext,
): Tensor {
  const held = context.cache?.append(keys, values) ?? { keys, values };
  const scale = queries.dim(3) ** -0.5;
  return attention(queries, held.keys, held.values, scale, context.mask);
}

export class Attention extends Module {
  q_proj: Linear;
  k_proj: Linear;
  v_proj: Linear;
  o_proj: Linear;
  rotary: RotaryEmbedding;
  readonly #heads: number;
  readonly #keyHeads: number;

  get headCount(): number {
    return this.#heads;
  }

  constructor(config: BaseConfig, options: { bias: boolean }) {
    super();
    this.#heads = config.num_attention_heads;
    this.#keyHeads = config.num_key_value_heads ?? this.#heads;
    const size = headSizeOf(config);
    this.q_proj = new Linear(config.hidden_size, this.#heads * size, options);
    this.k_proj = new Linear(config.hidden_size, this.#keyHeads * size, options);
    this.v_proj = new Linear(config.hidden_size, this.#keyHeads * size, options);
    this.o_proj = new Linear(this.#heads * size, config.hidden_size, {
      ...options,
      closesResidual: true,
    });
    this.rotary = ropeFrom(config, size);
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    const queries = splitHeads(this.q_proj.forward(x), this.#heads);
    const keys = splitHeads(this.k_proj.forward(x), this.#keyHeads);
    const values = splitHeads(this.v_proj.forward(x), this.#keyHeads);
    const mixed = attend(
      this.rotary.forward(queries, context.offset),
      this.rotary.forward(keys, context.offset),
      values,
      context,
    );
    return this.o_proj.forward(mergeHeads(mixed));
  }
}
