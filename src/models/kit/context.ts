// What a forward pass knows beside the ids: caches, packing, and what follows from them for each block.
// One Pass a forward pass; a BlockContext is its view from one block, with that block's own cache.
import { arange, type AttentionMask, int32, type Tensor } from "../../mx/index.ts";
import type { BalanceSums } from "./balance.ts";
import { JointCache, type LayerCache } from "./caches/index.ts";
import type { Carried } from "./carried.ts";
import { attentionMask, type Span, type Visibility } from "./masks.ts";

export interface ForwardContext {
  /** One cache a block, as `makeCache` gives them, when decoding. */
  cache?: readonly LayerCache[] | undefined;
  /**
   * (batch, length) int32, equal numbers that follow each other attend to each other, and a 0 to itself alone: rows
   * packed from several samples, and their padding.
   */
  segments?: Tensor | undefined;
  /**
   * (batch, length) int32 beside `segments`: the segment that a token sees beside its own, as a prompt that several
   * answers share; its own number where there is none. Positions must be given too, and go on where the prompt ends.
   */
  prefixes?: Tensor | undefined;
  /** (batch, length) int32, positions of packed rows; default 0, 1, 2, … after the cache. */
  positions?: Tensor | undefined;
  /** Gathers how evenly tokens are spread over experts. */
  balance?: BalanceSums | undefined;
  /** (batch, length) float32, 0 for tokens that do not count there: padding. Absent: all count. */
  counted?: Tensor | undefined;
  /** What a pass `until` this block gave, (batch, length, width): the pass goes on from there. */
  from?: { block: number; states: Tensor } | undefined;
  /**
   * The pass ends before this block and gives what came out of the one below, without the last norm: the hidden state,
   * and beside it what later blocks read of those below.
   */
  until?: number | undefined;
  /** Added to the embeddings: uniform within ±alpha / √(length · width), drawn from the key (Jain et al. 2023). */
  noise?: { alpha: number; key: Tensor } | undefined;
  /**
   * What blocks compute, so many at a time, is computed again in the backward pass instead of being kept (Chen et al.
   * 2016); 0: all is kept.
   */
  recompute?: number | undefined;
}

export class Pass {
  readonly length: number;
  readonly context: ForwardContext;
  /** What blocks have beside the hidden state. */
  readonly carried: Map<string, Tensor>;
  /** Masks and the like that blocks share. */
  readonly #made = new Map<string, AttentionMask>();

  /** For ids (batch, length). */
  constructor(length: number, context: ForwardContext, carried: Carried = new Map()) {
    if (context.cache !== undefined && context.segments !== undefined)
      throw new RangeError("rows packed from several samples cannot be decoded with a cache");
    this.length = length;
    this.context = context;
    this.carried = new Map(carried);
  }

  block(index: number): BlockContext {
    return new BlockContext(this, this.context.cache?.[index]);
  }

  /** `make`'s result, made once for the same key. */
  shared<Made extends AttentionMask>(key: string, make: () => Made): Made {
    const made = this.#made.get(key) ?? make();
    this.#made.set(key, made);
    return made as Made;
  }
}

/** What one block is given. Made before the block runs: its cache moves on meanwhile. */
export class BlockContext {
  readonly cache: LayerCache | undefined;
  /** Tokens that the cache held before this pass, padding included. */
  readonly offset: number;
  readonly #pass: Pass;

  constructor(pass: Pass, cache: LayerCache | undefined) {
    this.#pass = pass;
    this.cache = cache;
    this.offset = cache?.offset ?? 0;
  }

  /** The same view from a part of the block, with that part's own cache; taken before any of them runs. */
  part(name: string): BlockContext {
    if (this.cache === undefined) return this;
    if (this.cache instanceof JointCache)
      return new BlockContext(this.#pass, this.cache.part(name));
    throw new RangeError(`a cache without parts has none of ${name}`);
  }

  /** Tokens in this pass. */
  get length(): number {
    return this.#pass.length;
  }

  /** (batch, parts, length, size), as a layer below or the decoder put it there. */
  carried(name: string): Tensor {
    const found = this.#pass.carried.get(name);
    if (found === undefined) throw new RangeError(`nothing below has given '${name}'`);
    return found;
  }

  /** Puts something there for layers above. */
  carry(name: string, value: Tensor): void {
    this.#pass.carried.set(name, value);
  }

  /** Of a router's layer, logits (batch · length, experts): told to whom it concerns. */
  tellRouting(logits: Tensor): void {
    const { balance, counted } = this.#pass.context;
    balance?.add(logits, counted?.reshape(-1));
  }

  get segments(): Tensor | undefined {
    return this.#pass.context.segments;
  }

  /**
   * Position of the first token; (batch) int32 where rows begin with padding, below zero inside it; (batch, length) the
   * position of every token where they do not follow each other.
   */
  get start(): number | Tensor {
    // Segments alone need not be told: only distances count, and these are the same within each.
    if (this.#pass.context.prefixes !== undefined) return this.positions();
    return this.positionOf(this.offset);
  }

  /** The same where positions count and not only distances: each token's own where rows are packed. */
  get startInSegment(): number | Tensor {
    return this.segments === undefined ? this.start : this.positions();
  }

  /** Position of the token at an index that counts padding too; (batch) int32 where rows begin with some. */
  positionOf(index: number): number | Tensor {
    const { padding } = this.cache ?? {};
    if (padding === undefined) return index;
    const make = (): Tensor => int32(padding.map((count) => index - count));
    return this.#pass.shared(`position ${index} ${padding}`, make);
  }

  /** Tokens of the longest text so far, this pass among them; of the longest segment where rows are packed, (). */
  get reach(): number | Tensor {
    if (this.segments !== undefined) return this.positions().max().add(1);
    return this.offset + this.length - Math.min(...(this.cache?.padding ?? [0]));
  }

  /** (length) or (batch, length) int32. */
  positions(): Tensor {
    return this.positionsFrom(this.offset);
  }

  /** Of all tokens from an index on that counts padding too, to the last of this pass. */
  positionsFrom(index: number): Tensor {
    const { positions } = this.#pass.context;
    if (positions !== undefined) return positions;
    const [first, length] = [this.positionOf(index), this.offset + this.length - index];
    if (typeof first === "number") return arange(first, first + length);
    return first.expandDims(1).add(arange(0, length)).maximum(0);
  }

  /** (batch, length) booleans, false for padding before a row; undefined where there is none in this pass. */
  realTokens(): Tensor | undefined {
    const padding = this.cache?.padding?.some((count) => count > this.offset)
      ? this.cache.padding
      : undefined;
    if (padding === undefined) return undefined;
    const indices = arange(this.offset, this.offset + this.length).expandDims(0);
    return indices.greaterEqual(int32(padding, [padding.length, 1]));
  }

  /**
   * (batch, length, 1) booleans for layers with a running state: whether the token so far before belongs to the same
   * text; undefined where rows are not packed.
   */
  follows(distance: number): Tensor | undefined {
    const { segments, prefixes } = this.#pass.context;
    if (prefixes !== undefined)
      throw new RangeError(
        "a running state cannot go on from a beginning that several texts share",
      );
    if (segments === undefined || distance === 0) return undefined;
    return this.#pass.shared(`follows ${distance}`, () => {
      const before = segments.pad([0, distance], [0, 0], -1).narrow(1, 0, this.length);
      return segments.equal(before).expandDims(2);
    });
  }

  /** Mask of this pass's queries over keys that begin at `key`; blocks that need the same share it. */
  mask(
    key: number,
    { window, chunk, padding }: Pick<Visibility, "window" | "chunk" | "padding">,
  ): AttentionMask {
    const span: Span = { query: this.offset, length: this.length, key };
    const { segments, prefixes } = this.#pass.context;
    // chunks are of positions, which packed rows begin anew
    const isTold = prefixes !== undefined || (chunk !== undefined && segments !== undefined);
    const positions = isTold ? this.positions() : undefined;
    return this.#pass.shared(`mask ${this.offset} ${key} ${window} ${chunk} ${padding}`, () =>
      attentionMask(span, { window, chunk, padding, segments, prefixes, positions }),
    );
  }
}
