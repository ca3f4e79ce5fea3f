// The usual decoder, embed, blocks, norm, and the usual model around it, with a head of its own or the embedding's.
// Modules are spelled as the stored model spells them: the names are given.
import { ModelError } from "../../core/errors.ts";
import {
  linearCrossEntropy,
  linearCrossEntropySum,
  type Tensor,
  type TokenLossOptions,
  uniform,
} from "../../mx/index.ts";
import {
  denseWeight,
  type Embedding,
  type EmbeddingLike,
  Linear,
  type LinearLike,
  Module,
  parameter,
  plainTokenLoss,
} from "../../nn/index.ts";
import type { Balance } from "./balance.ts";
import { type Block, runBlocks } from "./block.ts";
import type { Carried } from "./carried.ts";
import { type ForwardContext, Pass } from "./context.ts";
import type { Norm } from "./headed-attention.ts";
import { LanguageModel } from "./language-model.ts";
import { child, placed } from "./named.ts";
import { softCapped } from "./scores.ts";

export interface DecoderParts {
  embedding: Embedding;
  /** Learned positions, (positions, hidden size), under the name given for them; absent where they are computed. */
  positions?: Embedding;
  /** Behind the embedding, under the name given for it. */
  embeddingNorm?: Norm;
  blocks: readonly Block[];
  norm: Norm;
}

/** What the stored model calls them, "model.layers.0" for decoder "model" and blocks "layers". */
export interface DecoderNames {
  decoder: string;
  embedding: string;
  positions?: string;
  embeddingNorm?: string;
  blocks: string;
  norm: string;
  head: string;
}

export const usualNames: DecoderNames = {
  decoder: "model",
  embedding: "embed_tokens",
  blocks: "layers",
  norm: "norm",
  head: "lm_head",
};

/** What a decoder is told beside its parts. */
export interface DecoderOptions {
  names: DecoderNames;
  /** Factor on the embeddings of tokens. */
  embeddingScale: number;
  /** Rows of the table of learned positions before that of the first; default 0. */
  positionOffset?: number;
}

export class Decoder extends Module {
  readonly #names: DecoderNames;
  readonly #options: Omit<DecoderOptions, "names">;

  constructor(
    { embedding, positions, embeddingNorm, blocks, norm }: DecoderParts,
    { names, ...options }: DecoderOptions,
  ) {
    super();
    this.#names = names;
    this.#options = options;
    Object.assign(this, {
      [names.embedding]: embedding,
      ...(names.positions !== undefined && { [names.positions]: positions }),
      ...(names.embeddingNorm !== undefined && { [names.embeddingNorm]: embeddingNorm }),
      [names.blocks]: [...blocks],
      [names.norm]: norm,
    });
  }

  get embedding(): EmbeddingLike {
    return child(this, this.#names.embedding);
  }

  get positions(): EmbeddingLike | undefined {
    const { positions } = this.#names;
    return positions === undefined ? undefined : child(this, positions);
  }

  /** Positions that were learned. */
  get positionLimit(): number | undefined {
    return this.positions && this.positions.count - (this.#options.positionOffset ?? 0);
  }

  get blocks(): readonly Block[] {
    return child(this, this.#names.blocks);
  }

  forward(ids: Tensor, context: ForwardContext): Tensor {
    const embedded = this.#embedded(ids, context);
    const x = context.from?.states ?? this.begun(this.#positioned(embedded, context));
    const h = runBlocks(this.blocks, x, context, this.beside(ids, embedded));
    if (context.until !== undefined) return h;
    return child<Norm>(this, this.#names.norm).forward(this.ended(h));
  }

  /** What blocks find beside the hidden state, from ids (batch, length) and their embeddings. */
  protected beside(_ids: Tensor, _embedded: Tensor): Carried {
    return new Map();
  }

  /** From embeddings to what the first block reads, (batch, length, width). */
  protected begun(embedded: Tensor): Tensor {
    return embedded;
  }

  /** From what the last block gives to what the norm reads. */
  protected ended(h: Tensor): Tensor {
    return h;
  }

  #embedded(ids: Tensor, { noise }: ForwardContext): Tensor {
    const { embeddingScale } = this.#options;
    const rows = this.embedding.forward(ids);
    const x = this.#normed(embeddingScale === 1 ? rows : rows.mul(embeddingScale));
    if (noise === undefined) return x;
    const bound = noise.alpha / Math.sqrt(x.dim(1) * x.dim(2));
    return x.add(uniform(-bound, bound, x.shape, noise.key).astype(x.dtype));
  }

  #normed(x: Tensor): Tensor {
    const { embeddingNorm } = this.#names;
    return embeddingNorm === undefined ? x : child<Norm>(this, embeddingNorm).forward(x);
  }

  #positioned(x: Tensor, context: ForwardContext): Tensor {
    const { positions, positionLimit = 0 } = this;
    const { positionOffset = 0 } = this.#options;
    if (positions === undefined) return x;
    requirePositions(positionLimit, x.dim(1), context);
    const numbers = new Pass(x.dim(1), context).block(0).positions();
    return x.add(positions.forward(positionOffset === 0 ? numbers : numbers.add(positionOffset)));
  }
}

/** Reading past the table would return whatever lies behind it. */
function requirePositions(
  known: number,
  length: number,
  { cache, positions }: ForwardContext,
): void {
  const count = (cache?.[0]?.offset ?? 0) + length;
  if (positions !== undefined || count <= known) return;
  throw new ModelError("FT-MODEL-013", {
    message: `${count} tokens, but the model supports ${known}`,
    hint: `--max-length ${known}`,
  });
}

/** What the head does beside its one product. */
export interface HeadOptions {
  /** Factor on the logits; default 1. */
  scale?: number | undefined;
  /** Logits become cap · tanh(logit / cap). */
  softCap?: number | undefined;
  bias?: boolean | undefined;
}

export interface CausalOptions {
  /** Default: as in Llama's files, model.embed_tokens, model.layers.N, model.norm, lm_head. */
  names?: DecoderNames;
  /** The head is the embedding. */
  isTied: boolean;
  /** Longest text that it was made for, in tokens. */
  trainedLength?: number;
  /** Factor on the embeddings of tokens; default 1. */
  embeddingScale?: number;
  /** Rows of the table of learned positions before that of the first; default 0. */
  positionOffset?: number;
  head?: HeadOptions;
  /** Makes the decoder; default: with the usual parts alone. */
  decoder?: (parts: DecoderParts, options: DecoderOptions) => Decoder;
  balance?: Balance;
}

/** Beside a head that is the embedding. */
class HeadBias extends Module {
  /** (tokens). */
  bias: Tensor;

  constructor(count: number) {
    super();
    this.bias = parameter([count]);
  }
}

/** A layer of its own, the embedding and a bias, or nothing. */
function ownHead({ count, size }: Embedding, isTied: boolean, bias: boolean): Module | undefined {
  if (!isTied) return new Linear(size, count, { bias });
  return bias ? new HeadBias(count) : undefined;
}

export class CausalLM extends LanguageModel {
  readonly #names: DecoderNames;
  readonly #trainedLength: number | undefined;
  readonly #head: HeadOptions;
  readonly #balance: Balance | undefined;

  constructor(parts: DecoderParts, options: CausalOptions) {
    super();
    const { names = usualNames, isTied, trainedLength, head = {} } = options;
    const { embeddingScale = 1, positionOffset = 0 } = options;
    const own = ownHead(parts.embedding, isTied, head.bias ?? false);
    const makeDecoder = options.decoder ?? ((all, told) => new Decoder(all, told));
    this.#names = names;
    this.#trainedLength = trainedLength;
    this.#head = head;
    this.#balance = options.balance;
    Object.assign(this, {
      ...placed(names.decoder, makeDecoder(parts, { names, embeddingScale, positionOffset })),
      ...(own !== undefined && { [names.head]: own }),
    });
  }

  get #decoder(): Decoder {
    return child(this, this.#names.decoder);
  }

  get blockPath(): string {
    return `${this.#names.decoder}.${this.#names.blocks}`;
  }

  get blocks(): readonly Block[] {
    return this.#decoder.blocks;
  }

  override get embedding(): EmbeddingLike {
    return this.#decoder.embedding;
  }

  override get positionLimit(): number | undefined {
    return this.#decoder.positionLimit;
  }

  override get trainedLength(): number | undefined {
    return this.#trainedLength;
  }

  override get balance(): Balance | undefined {
    return this.#balance;
  }

  hidden(ids: Tensor, context: ForwardContext = {}): Tensor {
    return this.#decoder.forward(ids, context);
  }

  head(hidden: Tensor): Tensor {
    const { scale = 1, softCap } = this.#head;
    const product = this.#ownHead?.forward(hidden) ?? this.#tied(hidden);
    const logits = scale === 1 ? product : product.mul(scale);
    return softCap === undefined ? logits : softCapped(logits, softCap);
  }

  #tied(hidden: Tensor): Tensor {
    const product = this.embedding.asLinear(hidden);
    return this.#headBias === undefined ? product : product.add(this.#headBias.bias);
  }

  /** What the one product with a dense weight gets, where the head is no more than that and a factor. */
  #product(hidden: Tensor): { rows: Tensor; weight: Tensor } | undefined {
    const weight = denseWeight(this.headModule);
    const { scale = 1, softCap } = this.#head;
    const isMore = softCap !== undefined || this.#headBias !== undefined;
    if (weight === undefined || isMore) return undefined;
    return { rows: scale === 1 ? hidden : hidden.mul(scale), weight };
  }

  override headLosses(
    hidden: Tensor,
    targets: Tensor,
    options: TokenLossOptions = plainTokenLoss,
  ): Tensor {
    const product = this.#product(hidden);
    if (product === undefined) return super.headLosses(hidden, targets, options);
    return linearCrossEntropy(product.rows, product.weight, targets, options);
  }

  override headLossSum(
    hidden: Tensor,
    told: { targets: Tensor; shares: Tensor },
    options: TokenLossOptions = plainTokenLoss,
  ): Tensor {
    const product = this.#product(hidden);
    if (product === undefined) return super.headLossSum(hidden, told, options);
    return linearCrossEntropySum(product.rows, product.weight, told, options);
  }

  protected override get headModule(): Module {
    return this.#ownHead ?? (this.embedding as EmbeddingLike & Module);
  }

  get #ownHead(): (LinearLike & Module) | undefined {
    const head = child<(LinearLike & Module) | HeadBias | undefined>(this, this.#names.head);
    return head instanceof HeadBias ? undefined : head;
  }

  get #headBias(): HeadBias | undefined {
    const head = child<Module | undefined>(this, this.#names.head);
    return head instanceof HeadBias ? head : undefined;
  }
}
