// (batch, heads, tokens, size) that grows at its end, in steps, so that most additions make no longer array.
// Holds what it is given; what the tokens mean is the caches'.
import { concatenate, type Tensor, zeros } from "../../../mx/index.ts";

const growth = 256;

export class TokenBuffer {
  #held: Tensor | undefined;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  *tensors(): Generator<Tensor> {
    if (this.#held !== undefined) yield this.#held;
  }

  append(added: Tensor): void {
    const start = this.#length;
    this.#length += added.dim(2);
    this.#held = this.#withRoom(added).updated(added, [0, 0, start, 0]);
  }

  /** The last `count` tokens. */
  last(count: number): Tensor {
    if (this.#held === undefined) throw new RangeError("nothing has been added");
    return this.#held.narrow(2, this.#length - count, this.#length);
  }

  /** Forgets all but the last `count` tokens. */
  keepLast(count: number): void {
    if (count < this.#length) this.#held = this.last(count);
    this.#length = Math.min(count, this.#length);
  }

  /** Forgets the last `count` tokens. */
  trim(count: number): void {
    this.#length -= count;
  }

  #withRoom(added: Tensor): Tensor {
    const capacity = this.#held?.dim(2) ?? 0;
    if (this.#held !== undefined && capacity >= this.#length) return this.#held;
    const [batch = 1, heads = 1, , size = 1] = added.shape;
    const missing = Math.ceil((this.#length - capacity) / growth) * growth;
    const room = zeros([batch, heads, missing, size], added.dtype);
    return this.#held === undefined ? room : concatenate([this.#held, room], 2);
  }
}
