// Keys and values of the last tokens only, for layers that see a window: memory stays the same however long the text.
// Some more than the window are held, so that old ones are cut off seldom and the last ones can be forgotten.
import type { Tensor } from "../../../mx/index.ts";
import { KeyValueCache } from "./key-value-cache.ts";
import { TokenBuffer } from "./token-buffer.ts";

const slack = 256;

export class WindowCache extends KeyValueCache {
  readonly #window: number;
  readonly #keys = new TokenBuffer();
  readonly #values = new TokenBuffer();

  /** `window`: tokens that a query sees, itself among them. */
  constructor(window: number, padding?: readonly number[]) {
    super(padding);
    this.#window = window;
  }

  *tensors(): Generator<Tensor> {
    yield* this.#keys.tensors();
    yield* this.#values.tensors();
  }

  protected hold(keys: Tensor, values: Tensor): { keys: Tensor; values: Tensor } {
    const before = this.#window - 1;
    if (this.#keys.length >= before + slack) this.#keepLast(before);
    this.#keys.append(keys);
    this.#values.append(values);
    const seen = Math.min(this.#keys.length, before + keys.dim(2));
    return { keys: this.#keys.last(seen), values: this.#values.last(seen) };
  }

  #keepLast(count: number): void {
    this.#keys.keepLast(count);
    this.#values.keepLast(count);
  }

  protected forget(count: number): boolean {
    const needed = Math.min(this.offset - count, this.#window - 1);
    if (this.#keys.length - count < needed) return false;
    this.#keys.trim(count);
    this.#values.trim(count);
    return true;
  }
}
