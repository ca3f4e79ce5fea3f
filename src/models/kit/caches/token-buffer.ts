// (batch, heads, tokens, size) that grows at its end, in steps, so that most additions make no longer array.
// Holds what it is given; what the tokens mean is the caches'.
import { concatenate, int32, type Tensor, zeros } from "../../../mx/index.ts";
import type { TokenStore } from "./token-store.ts";

const growth = 256;

/** All of one row: nothing needs to be copied. */
const isWhole = (held: Tensor, rows: readonly number[]): boolean =>
  held.dim(0) === 1 && rows.length === 1;

export class TokenBuffer implements TokenStore {
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
    this.#held = this.#withRoom(added);
    this.#held.overwrite(added, [0, 0, start, 0]);
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

  ofRows(rows: readonly number[], count: number): TokenBuffer {
    if (this.#held === undefined) return new TokenBuffer();
    const tokens = this.last(count);
    return bufferOf(isWhole(tokens, rows) ? tokens : tokens.take(int32(rows, [rows.length]), 0));
  }

  with(others: readonly TokenBuffer[]): TokenBuffer {
    const parts = [this, ...others];
    const length = Math.max(...parts.map((part) => part.length));
    // of a block that remembers nothing
    if (length === 0) return new TokenBuffer();
    const room = (growth - (length % growth)) % growth;
    const aligned = parts.map((part) => {
      const before = length - part.length;
      return part.last(part.length).pad([0, 0, before, 0], [0, 0, room, 0]);
    });
    return bufferOf(concatenate(aligned, 0), length);
  }

  /** Holds this array from now on, of whose tokens so many are there. */
  hold(tokens: Tensor, length: number): this {
    this.#held = tokens;
    this.#length = length;
    return this;
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

function bufferOf(tokens: Tensor, length: number = tokens.dim(2)): TokenBuffer {
  return new TokenBuffer().hold(tokens, length);
}
