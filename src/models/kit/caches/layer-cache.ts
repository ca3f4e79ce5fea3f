// What a layer remembers of the tokens already read, so that decoding a token costs one token.
// The kinds are beside it: one file each. A block makes its own.
import type { Packing, Tensor } from "../../../mx/index.ts";

export interface LayerCache {
  /** Tokens read, padding included. */
  readonly offset: number;
  /** Tokens of padding before each row; undefined where there are none. */
  readonly padding: readonly number[] | undefined;
  /** All that it holds, to be kept between passes and freed at the end. */
  tensors(): Iterable<Tensor>;
  /** Forgets the last `count` tokens. False, and nothing is forgotten, where what was before them is gone. */
  trim(count: number): boolean;
}

export interface CacheOptions {
  /** Tokens of padding before each row: rows of different lengths that are read together. */
  padding?: readonly number[] | undefined;
  /** Keys and values are held packed. */
  packing?: Packing | undefined;
}
