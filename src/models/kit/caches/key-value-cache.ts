// What every cache of keys and values does: take new ones, and attend over those it holds.
// How they are held, and how many, is each kind's own.
import type { Tensor } from "../../../mx/index.ts";
import type { BlockContext } from "../context.ts";
import { attended, type Projections, type ScoreOptions } from "../scores.ts";
import { type LayerCache, sameKind } from "./layer-cache.ts";
import { readOfRows, type RowsRead, readTogether } from "./rows-read.ts";
import type { TokenStore } from "./token-store.ts";

export interface AttendOptions extends ScoreOptions {
  /** Tokens that a query sees, itself among them; absent: all before it. */
  window?: number | undefined;
  /** Positions of a chunk: a query sees those of its own; absent: all before it. */
  chunk?: number | undefined;
  /**
   * Turns keys by their positions, of which the first is given, when they are used: for rotations that change as the
   * text grows, so that keys are held unturned. Absent: keys come turned.
   */
  turned?: ((keys: Tensor, start: number | Tensor) => Tensor) | undefined;
  /** Is told what is attended over, keys turned. */
  told?: ((held: { keys: Tensor; values: Tensor }) => void) | undefined;
  /** What is added to scores, (batch or 1, heads, keys), by the positions of keys, (keys) or (batch, keys). */
  keyBias?: ((positions: Tensor) => Tensor) | undefined;
}

/** What it holds, and how far its rows have come. */
export interface HeldTokens extends RowsRead {
  keys: TokenStore;
  values: TokenStore;
}

export abstract class KeyValueCache implements LayerCache {
  readonly padding: readonly number[] | undefined;
  protected readonly keys: TokenStore;
  protected readonly values: TokenStore;
  #offset: number;

  constructor({ keys, values, offset, padding }: HeldTokens) {
    this.keys = keys;
    this.values = values;
    this.padding = padding;
    this.#offset = offset;
  }

  get offset(): number {
    return this.#offset;
  }

  *tensors(): Generator<Tensor> {
    yield* this.keys.tensors();
    yield* this.values.tensors();
  }

  /** A cache of its kind. */
  protected abstract holding(tokens: HeldTokens): KeyValueCache;

  /** Whether the last tokens can be forgotten. */
  protected abstract canForget(count: number): boolean;

  /** Adds (batch, heads, length, size); returns at least those that the new tokens may see, in order. */
  protected hold(keys: Tensor, values: Tensor): { keys: Tensor; values: Tensor } {
    this.keys.append(keys);
    this.values.append(values);
    return this.seen(this.keys.length);
  }

  protected seen(count: number): { keys: Tensor; values: Tensor } {
    return { keys: this.keys.last(count), values: this.values.last(count) };
  }

  attend(projections: Projections, options: AttendOptions, context: BlockContext): Tensor {
    const held = this.hold(projections.keys, projections.values);
    this.#offset += projections.keys.dim(2);
    const first = this.#offset - held.keys.dim(2);
    const keys = options.turned?.(held.keys, context.positionOf(first)) ?? held.keys;
    options.told?.({ keys, values: held.values });
    const { window, chunk } = options;
    const mask = context.mask(first, { window, chunk, padding: this.padding });
    const ready = { queries: projections.queries, keys, values: held.values };
    return attended(ready, options, mask, options.keyBias?.(context.positionsFrom(first)));
  }

  canTrim(count: number): boolean {
    return count <= this.#offset && this.canForget(count);
  }

  trim(count: number): boolean {
    if (!this.canTrim(count)) return false;
    this.keys.trim(count);
    this.values.trim(count);
    this.#offset -= count;
    return true;
  }

  ofRows(rows: readonly number[]): KeyValueCache {
    const read = readOfRows(this, rows);
    const count = Math.min(this.keys.length, read.offset);
    const some = (store: TokenStore): TokenStore => store.ofRows(rows, count);
    return this.holding({ ...read, keys: some(this.keys), values: some(this.values) });
  }

  with(others: readonly LayerCache[]): KeyValueCache {
    const alike = sameKind(KeyValueCache, others);
    const { offset, padding } = readTogether([this, ...alike]);
    const keys = this.keys.with(alike.map((other) => other.keys));
    const values = this.values.with(alike.map((other) => other.values));
    return this.holding({ offset, padding, keys, values });
  }
}
