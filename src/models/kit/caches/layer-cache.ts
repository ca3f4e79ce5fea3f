// What a layer remembers of the tokens already read, so that decoding a token costs one token.
// The kinds are beside it: one file each. A block makes its own.
import type { Packing, Tensor } from "../../../mx/index.ts";
import type { RowsRead } from "./rows-read.ts";

export interface LayerCache extends RowsRead {
  /** All that it holds, to be kept between passes and freed at the end. */
  tensors(): Iterable<Tensor>;
  /** Whether the last `count` tokens can be forgotten: not where what was before them is gone. */
  canTrim(count: number): boolean;
  /** Forgets them. False, and nothing is forgotten, where they cannot be. */
  trim(count: number): boolean;
  /**
   * These rows as a cache of its own, which may share arrays with this one: none is written to while two have it. Several
   * rows, here and in `with`, are ones that were made with `padding`.
   */
  ofRows(rows: readonly number[]): LayerCache;
  /** Its rows, and behind them those of other caches of its kind; shorter texts get padding before them. */
  with(others: readonly LayerCache[]): LayerCache;
}

export interface CacheOptions {
  /** Tokens of padding before each row: rows of different lengths that are read together. */
  padding?: readonly number[] | undefined;
  /** Keys and values are held packed. */
  packing?: Packing | undefined;
}

/** What is held in caches of one block is of one kind. */
export function sameKind<Cache extends LayerCache>(
  kind: abstract new (...parts: never[]) => Cache,
  caches: readonly LayerCache[],
): Cache[] {
  return caches.map((cache) => {
    if (cache instanceof kind) return cache;
    throw new RangeError("caches of different kinds cannot be read together");
  });
}
