// Keys and values of every token, packed in a few bits each; unpacked for the moment in which they are used.
// Saves memory of long texts, not time.
import type { Packing, Tensor } from "../../../mx/index.ts";
import { KeyValueCache } from "./key-value-cache.ts";
import { PackedTokens } from "./packed-tokens.ts";

export class QuantizedCache extends KeyValueCache {
  readonly #keys: PackedTokens;
  readonly #values: PackedTokens;

  /** The heads' size must be a multiple of the packing's group. */
  constructor(packing: Packing, padding?: readonly number[]) {
    super(padding);
    this.#keys = new PackedTokens(packing);
    this.#values = new PackedTokens(packing);
  }

  *tensors(): Generator<Tensor> {
    yield* this.#keys.tensors();
    yield* this.#values.tensors();
  }

  protected hold(keys: Tensor, values: Tensor): { keys: Tensor; values: Tensor } {
    return { keys: this.#keys.append(keys), values: this.#values.append(values) };
  }

  protected forget(count: number): boolean {
    this.#keys.trim(count);
    this.#values.trim(count);
    return true;
  }
}
