// Keys and values of the tokens already read, so that decoding a token costs one token.
// Grows in blocks; a block's unused end is never seen by attention.
import { concatenate, type Tensor, zeros } from "../../mx/index.ts";

const growth = 256;

export class KVCache {
  #keys: Tensor | undefined;
  #values: Tensor | undefined;
  /** Tokens held. */
  offset = 0;

  *tensors(): Generator<Tensor> {
    if (this.#keys !== undefined) yield this.#keys;
    if (this.#values !== undefined) yield this.#values;
  }

  /** Adds (batch, heads, length, size) and returns everything held, in order. */
  append(keys: Tensor, values: Tensor): { keys: Tensor; values: Tensor } {
    const start = this.offset;
    this.offset += keys.dim(2);
    this.#keys = this.#written(this.#keys, keys, start);
    this.#values = this.#written(this.#values, values, start);
    return {
      keys: this.#keys.narrow(2, 0, this.offset),
      values: this.#values.narrow(2, 0, this.offset),
    };
  }

  #written(buffer: Tensor | undefined, added: Tensor, start: number): Tensor {
    const roomy = this.#withRoom(buffer, added);
    return roomy.updated(added, [0, 0, start, 0]);
  }

  #withRoom(buffer: Tensor | undefined, added: Tensor): Tensor {
    const capacity = buffer?.dim(2) ?? 0;
    if (buffer !== undefined && capacity >= this.offset) return buffer;
    const [batch = 1, heads = 1, , size = 1] = added.shape;
    const missing = Math.ceil((this.offset - capacity) / growth) * growth;
    const room = zeros([batch, heads, missing, size], added.dtype);
    return buffer === undefined ? room : concatenate([buffer, room], 2);
  }
}
