// Where queries, keys and values come from: three layers, or one whose result is taken apart.
// All that follows is headed-attention.ts's.
import type { Tensor } from "../../mx/index.ts";
import { Linear, type LinearLike } from "../../nn/index.ts";
import { type AttentionShape, type GatedProjections, HeadedAttention } from "./headed-attention.ts";
import { child } from "./named.ts";
import type { Projections } from "./scores.ts";

export class Attention extends HeadedAttention {
  declare q_proj: Linear;
  declare k_proj: Linear;
  /** Absent where keys are the values. */
  declare v_proj?: Linear;

  /** `areKeysValues`: one layer gives both, before norms and positions. */
  constructor(shape: AttentionShape, { areKeysValues = false } = {}) {
    const { hiddenSize, heads, keyHeads, headSize } = shape;
    const layer = (count: number): Linear =>
      new Linear(hiddenSize, count * headSize, { bias: shape.bias.inputs });
    const inputs = { q_proj: layer(heads), k_proj: layer(keyHeads) };
    super(shape, areKeysValues ? inputs : { ...inputs, v_proj: layer(keyHeads) });
  }

  protected project(x: Tensor): Projections {
    const keys = this.k_proj.forward(x);
    return { queries: this.q_proj.forward(x), keys, values: this.v_proj?.forward(x) ?? keys };
  }
}

export interface FusedInputs {
  /** What the stored model calls the layer. */
  name: string;
  /**
   * How its rows lie: all queries, all keys, all values; or for each key head its queries, its key and its value, which
   * with a key head for each query means query, key and value of each head.
   */
  rows: "by kind" | "by key head";
}

/** Queries, keys and values are one layer. */
export class FusedAttention extends HeadedAttention {
  readonly #shape: AttentionShape;
  readonly #inputs: FusedInputs;

  constructor(shape: AttentionShape, inputs: FusedInputs) {
    const { hiddenSize, heads, keyHeads, headSize, bias } = shape;
    const width = (heads + 2 * keyHeads) * headSize;
    super(shape, { [inputs.name]: new Linear(hiddenSize, width, { bias: bias.inputs }) });
    this.#shape = shape;
    this.#inputs = inputs;
  }

  protected project(x: Tensor): Projections {
    const rows = child<LinearLike>(this, this.#inputs.name).forward(x);
    return this.#inputs.rows === "by kind" ? this.#byKind(rows) : this.#byKeyHead(rows);
  }

  #byKind(rows: Tensor): Projections {
    const { heads, keyHeads, headSize } = this.#shape;
    const ends = [heads * headSize, (heads + keyHeads) * headSize];
    const [queries, keys, values] = rows.splitAt(ends, -1) as [Tensor, Tensor, Tensor];
    return { queries, keys, values };
  }

  #byKeyHead(rows: Tensor): Projections {
    const { heads, keyHeads, headSize } = this.#shape;
    const [batch = 1, length = 1] = rows.shape;
    const group = heads / keyHeads;
    const parts = rows.reshape(batch, length, keyHeads, group + 2, headSize);
    const flat = (part: Tensor): Tensor => part.reshape(batch, length, -1);
    const [queries, keys, values] = parts.splitAt([group, group + 1], 3) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    return { queries: flat(queries), keys: flat(keys), values: flat(values) };
  }
}

/** What is mixed passes gates, which queries bring along: rows are query and gate of each head (Qiu et al. 2025). */
export class GatedAttention extends HeadedAttention {
  declare q_proj: Linear;
  declare k_proj: Linear;
  declare v_proj: Linear;
  readonly #shape: AttentionShape;

  constructor(shape: AttentionShape) {
    const { hiddenSize, heads, keyHeads, headSize } = shape;
    const layer = (count: number): Linear =>
      new Linear(hiddenSize, count * headSize, { bias: shape.bias.inputs });
    super(shape, { q_proj: layer(2 * heads), k_proj: layer(keyHeads), v_proj: layer(keyHeads) });
    this.#shape = shape;
  }

  protected project(x: Tensor): GatedProjections {
    const { heads, headSize } = this.#shape;
    const [batch = 1, length = 1] = x.shape;
    const rows = this.q_proj.forward(x).reshape(batch, length, heads, 2 * headSize);
    const [queries, gate] = rows.split(2, 3).map((part) => part.reshape(batch, length, -1)) as [
      Tensor,
      Tensor,
    ];
    return { queries, gate, keys: this.k_proj.forward(x), values: this.v_proj.forward(x) };
  }
}
