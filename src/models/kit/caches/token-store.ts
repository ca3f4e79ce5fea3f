// What holds (batch, heads, tokens, size) for a cache and grows at its end. How the numbers are held is each store's
// own; what the tokens mean is the caches'.
import type { Tensor } from "../../../mx/index.ts";

export interface TokenStore {
  readonly length: number;
  tensors(): Iterable<Tensor>;
  append(added: Tensor): void;
  /** The last `count` tokens. */
  last(count: number): Tensor;
  /** Forgets all but the last `count` tokens. */
  keepLast(count: number): void;
  /** Forgets the last `count` tokens. */
  trim(count: number): void;
  /** The last `count` tokens of these rows, as a store of its own. */
  ofRows(rows: readonly number[], count: number): TokenStore;
  /** Its rows and those of stores of its kind, as one; each ends where the longest does, behind zeros. */
  with(others: readonly TokenStore[]): TokenStore;
}
