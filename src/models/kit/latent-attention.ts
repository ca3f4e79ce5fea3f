// Multi-head latent attention (DeepSeek-AI 2024): keys and values come out of one small vector a token, and positions are
// told by a part of each head, which keys share. Caches hold the small vector and that part; a few queries are brought to
// the small vectors' size instead of the vectors to the heads'.
import { arange, concatenate, type Tensor } from "../../mx/index.ts";
import { denseWeight, Linear, type LinearLike, Module, RMSNorm } from "../../nn/index.ts";
import { mergeHeads, splitHeads } from "./attend.ts";
import { type CacheOptions, LatentCache, type LayerCache } from "./caches/index.ts";
import type { BlockContext } from "./context.ts";
import type { RotaryEmbedding } from "./rope.ts";
import { attended } from "./scores.ts";

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

/** A part of each head for what tells no positions, (batch, heads, length, …), and one for what does. */
interface Parts {
  plain: Tensor;
  turned: Tensor;
}

function partsOf(x: Tensor, size: number): Parts {
  const [plain, turned] = x.splitAt([size], 3) as [Tensor, Tensor];
  return { plain, turned };
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
    return LatentCache.empty(options);
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    const { plainSize, turnedSize, scale = (plainSize + turnedSize) ** -0.5 } = this.#shape;
    const cache = latentCache(context);
    const queries = this.#queries(x, context);
    const tokens = this.#tokens(x, context, cache);
    const mask = context.mask(0, { padding: cache?.padding });
    const mix = (q: Parts, k: Parts, values: Tensor): Tensor =>
      attended({ queries: joined(q), keys: joined(k), values }, { scale }, mask);
    const mixed =
      cache !== undefined && this.#isLessBrought(context.length)
        ? this.#mixedSmall(queries, tokens, this.#expansion(cache), mix)
        : this.#mixedLarge(queries, tokens, mix);
    return this.o_proj.forward(mergeHeads(mixed));
  }

  /** Whether bringing so many queries to the small vectors' size takes fewer products than bringing a token to theirs. */
  #isLessBrought(queries: number): boolean {
    const { keyRank, plainSize, valueSize } = this.#shape;
    return queries * (2 * keyRank - plainSize - valueSize) < keyRank * (plainSize + valueSize);
  }

  #turned(heads: Tensor, at: number | Tensor, context: BlockContext): Tensor {
    const reach = this.rotary.followsLength ? context.reach : 0;
    return this.rotary.forward(heads, at, reach);
  }

  #queries(x: Tensor, context: BlockContext): Parts {
    const { heads, plainSize } = this.#shape;
    const small = this.q_a_layernorm?.forward((this.q_a_proj as LinearLike).forward(x)) ?? x;
    const layer = (this.q_b_proj ?? this.q_proj) as LinearLike;
    const { plain, turned } = partsOf(splitHeads(layer.forward(small), heads), plainSize);
    return { plain, turned: this.#turned(turned, context.start, context) };
  }

  /** Small vectors and turned parts of all tokens so far, those of this pass last: (batch, 1, tokens, …). */
  #tokens(x: Tensor, context: BlockContext, cache: LatentCache | undefined): Parts {
    const { keyRank } = this.#shape;
    const read = partsOf(this.kv_a_proj_with_mqa.forward(x).expandDims(1), keyRank);
    const plain = this.kv_a_layernorm.forward(read.plain);
    const isLate = this.rotary.followsLength;
    const turned = isLate ? read.turned : this.#turned(read.turned, context.start, context);
    const added = { plain, turned };
    const all = cache === undefined ? added : partsOf(cache.hold(joined(added)), keyRank);
    if (!isLate) return all;
    const first = cache === undefined ? context.start : context.positionOf(0);
    return { plain: all.plain, turned: this.#turned(all.turned, first, context) };
  }

  /** With keys and values of every head. */
  #mixedLarge(queries: Parts, { plain: small, turned }: Parts, mix: Mix): Tensor {
    const { heads, plainSize } = this.#shape;
    const large = splitHeads(this.kv_b_proj.forward(small.squeeze(1)), heads);
    const { plain, turned: values } = partsOf(large, plainSize);
    const [batch = 1, , tokens = 1, size = 1] = turned.shape;
    return mix(queries, { plain, turned: turned.broadcastTo(batch, heads, tokens, size) }, values);
  }

  /** With the small vectors as keys and values of one head that all share. */
  #mixedSmall(queries: Parts, tokens: Parts, expansion: Tensor, mix: Mix): Tensor {
    const { plainSize } = this.#shape;
    const [ofKeys, ofValues] = expansion.splitAt([plainSize], 1) as [Tensor, Tensor];
    const brought = { plain: queries.plain.matmul(ofKeys), turned: queries.turned };
    return mix(brought, tokens, tokens.plain).matmul(ofValues.swapaxes(-1, -2));
  }

  /** The weights of `kv_b_proj` as they are, packed or adapted, (heads, plain + value, rank): the same as long as a cache lasts. */
  #expansion(cache: LatentCache): Tensor {
    const { heads, keyRank } = this.#shape;
    const dense = denseWeight(this.kv_b_proj);
    if (dense !== undefined) return dense.reshape(heads, -1, keyRank);
    return cache.kept("expansion", () => {
      const numbers = arange(0, keyRank);
      const unit = numbers.expandDims(1).equal(numbers).astype(this.kv_a_layernorm.weight.dtype);
      return this.kv_b_proj.forward(unit).transpose(1, 0).reshape(heads, -1, keyRank);
    });
  }
}

type Mix = (queries: Parts, keys: Parts, values: Tensor) => Tensor;

const joined = ({ plain, turned }: Parts): Tensor => concatenate([plain, turned], 3);

function latentCache({ cache }: BlockContext): LatentCache | undefined {
  if (cache === undefined || cache instanceof LatentCache) return cache;
  throw new RangeError("latent attention cannot use a cache of another kind");
}
