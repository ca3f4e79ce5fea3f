// Keys and values of every token read.
import type { Tensor } from "../../../mx/index.ts";
import { KeyValueCache } from "./key-value-cache.ts";
import { TokenBuffer } from "./token-buffer.ts";

export class FullCache extends KeyValueCache {
  readonly #keys = new TokenBuffer();
  readonly #values = new TokenBuffer();

  *tensors(): Generator<Tensor> {
    yield* this.#keys.tensors();
    yield* this.#values.tensors();
  }

  protected hold(keys: Tensor, values: Tensor): { keys: Tensor; values: Tensor } {
    this.#keys.append(keys);
    this.#values.append(values);
    const { length } = this.#keys;
    return { keys: this.#keys.last(length), values: this.#values.last(length) };
  }

  protected forget(count: number): boolean {
    this.#keys.trim(count);
    this.#values.trim(count);
    return true;
  }
}
