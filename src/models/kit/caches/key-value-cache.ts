// What every cache of keys and values does: take new ones, and attend over those it holds.
// How they are held, and how many, is each kind's own.
import type { Tensor } from "../../../mx/index.ts";
import type { BlockContext } from "../context.ts";
import { attended, type Projections, type ScoreOptions } from "../scores.ts";
import type { LayerCache } from "./layer-cache.ts";

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

  trim(count: number): boolean {
    if (count > this.#offset || !this.forget(count)) return false;
    this.#offset -= count;
    return true;
  }
}
