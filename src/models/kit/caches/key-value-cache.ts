// What every cache of keys and values does: take new ones, and attend over those it holds.
// How they are held, and how many, is each kind's own.
import { attention, type Tensor } from "../../../mx/index.ts";
import type { BlockContext } from "../context.ts";
import type { LayerCache } from "./layer-cache.ts";

export interface AttendOptions {
  scale: number;
  /** Tokens that a query sees, itself among them; absent: all before it. */
  window?: number | undefined;
}

/** Queries, keys and values (batch, heads, length, size) of the tokens of one pass. */
export interface Projections {
  queries: Tensor;
  keys: Tensor;
  values: Tensor;
}

export abstract class KeyValueCache implements LayerCache {
  readonly padding: readonly number[] | undefined;
  #offset = 0;

  constructor(padding?: readonly number[]) {
    this.padding = padding;
  }

  get offset(): number {
    return this.#offset;
  }

  abstract tensors(): Iterable<Tensor>;
  /** Adds (batch, heads, length, size); returns at least those that the new tokens may see, in order. */
  protected abstract hold(keys: Tensor, values: Tensor): { keys: Tensor; values: Tensor };
  /** Forgets the last tokens; false where that cannot be done. */
  protected abstract forget(count: number): boolean;

  attend(
    { queries, keys, values }: Projections,
    { scale, window }: AttendOptions,
    context: BlockContext,
  ): Tensor {
    const held = this.hold(keys, values);
    this.#offset += keys.dim(2);
    const first = this.#offset - held.keys.dim(2);
    const mask = context.mask(first, { window, padding: this.padding });
    return attention(queries, held.keys, held.values, scale, mask);
  }

  trim(count: number): boolean {
    if (count > this.#offset || !this.forget(count)) return false;
    this.#offset -= count;
    return true;
  }
}
