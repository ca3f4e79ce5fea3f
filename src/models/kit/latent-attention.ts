// Multi-head latent attention (DeepSeek-AI 2024): keys and values come out of one small vector a token, and positions are
// told by a part of each head, which keys share. Held in caches as keys and values, not as the small vector.
import { concatenate, type Tensor } from "../../mx/index.ts";
import { Linear, type LinearLike, Module, RMSNorm } from "../../nn/index.ts";
import { attend, mergeHeads, splitHeads } from "./attend.ts";
import { attentionCache, type CacheOptions, type LayerCache } from "./caches/index.ts";
import type { BlockContext } from "./context.ts";
import type { RotaryEmbedding } from "./rope.ts";

export interface LatentShape {
  hiddenSize: number;
  heads: number;
  /** Size of the vector that queries come from; absent: they come from the input. */
  queryRank?: number | undefined;
  /** Size of the vector that keys and values come from. */
  keyRank: number;
  /** Parts of each head of queries and keys that tell no positions, and that do. */
  plainSize: number;
  turnedSize: number;
  /** Of each head of values. */
  valueSize: number;
  rotary: RotaryEmbedding;
  /** Of the layers from and to the hidden size. */
  bias: boolean;
  /** Of the norms of both vectors. */
  eps: number;
  /** Factor on the scores; default 1/√(head size). */
  scale?: number | undefined;
}

export class LatentAttention extends Module {
  declare q_proj?: Linear;
  declare q_a_proj?: Linear;
  declare q_a_layernorm?: RMSNorm;
  declare q_b_proj?: Linear;
  kv_a_proj_with_mqa: Linear;
  kv_a_layernorm: RMSNorm;
  kv_b_proj: Linear;
  o_proj: Linear;
  rotary: RotaryEmbedding;
  readonly #shape: LatentShape;

  constructor(shape: LatentShape) {
    super();
    const { hiddenSize, heads, keyRank, plainSize, turnedSize, valueSize, bias, eps } = shape;
    this.#shape = shape;
    this.#makeQueries();
    this.kv_a_proj_with_mqa = new Linear(hiddenSize, keyRank + turnedSize, { bias });
    this.kv_a_layernorm = new RMSNorm(keyRank, eps);
    this.kv_b_proj = new Linear(keyRank, heads * (plainSize + valueSize), { bias: false });
    this.o_proj = new Linear(heads * valueSize, hiddenSize, { bias, closesResidual: true });
    this.rotary = shape.rotary;
  }

  #makeQueries(): void {
    const { hiddenSize, heads, queryRank, plainSize, turnedSize, bias, eps } = this.#shape;
    const width = heads * (plainSize + turnedSize);
    if (queryRank === undefined) {
      this.q_proj = new Linear(hiddenSize, width, { bias: false });
      return;
    }
    this.q_a_proj = new Linear(hiddenSize, queryRank, { bias });
    this.q_a_layernorm = new RMSNorm(queryRank, eps);
    this.q_b_proj = new Linear(queryRank, width, { bias: false });
  }

  get headCount(): number {
    return this.#shape.heads;
  }

  makeCache(options: CacheOptions): LayerCache {
    return attentionCache(options);
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    const { plainSize, turnedSize, scale = (plainSize + turnedSize) ** -0.5 } = this.#shape;
    const isLate = this.rotary.followsLength;
    const [start, reach] = [context.start, isLate ? context.reach : 0];
    const turn = (heads: Tensor, at: number | Tensor): Tensor => {
      const [plain, turned] = heads.splitAt([plainSize], 3) as [Tensor, Tensor];
      return concatenate([plain, this.rotary.forward(turned, at, reach)], 3);
    };
    const { keys, values } = this.#keysAndValues(x);
    const ready = {
      queries: turn(this.#queries(x), start),
      keys: isLate ? keys : turn(keys, start),
      values,
    };
    const mixed = attend(ready, { scale, turned: isLate ? turn : undefined }, context);
    return this.o_proj.forward(mergeHeads(mixed));
  }

  /** (batch, heads, length, plain + turned). */
  #queries(x: Tensor): Tensor {
    const small = this.q_a_layernorm?.forward((this.q_a_proj as LinearLike).forward(x)) ?? x;
    const layer = (this.q_b_proj ?? this.q_proj) as LinearLike;
    return splitHeads(layer.forward(small), this.#shape.heads);
  }

  /** (batch, heads, length, plain + turned) and (batch, heads, length, value size). */
  #keysAndValues(x: Tensor): { keys: Tensor; values: Tensor } {
    const { heads, keyRank, plainSize, turnedSize } = this.#shape;
    const [batch = 1, length = 1] = x.shape;
    const [small, shared] = this.kv_a_proj_with_mqa.forward(x).splitAt([keyRank], 2) as [
      Tensor,
      Tensor,
    ];
    const large = splitHeads(this.kv_b_proj.forward(this.kv_a_layernorm.forward(small)), heads);
    const [plain, values] = large.splitAt([plainSize], 3) as [Tensor, Tensor];
    const same = shared.expandDims(1).broadcastTo(batch, heads, length, turnedSize);
    return { keys: concatenate([plain, same], 3), values };
  }
}
