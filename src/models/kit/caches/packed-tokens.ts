// (batch, heads, tokens, size) that grows at its end, packed in a few bits a number; unpacked for the moment of its use.
// What the tokens mean is the caches'.
import { dequantize, type Packing, quantize, type Tensor } from "../../../mx/index.ts";
import { TokenBuffer } from "./token-buffer.ts";
import type { TokenStore } from "./token-store.ts";

/** Packed numbers, scales and biases. */
type Parts = readonly [TokenBuffer, TokenBuffer, TokenBuffer];

export class PackedTokens implements TokenStore {
  readonly #parts: Parts;
  readonly #packing: Packing;

  constructor(
    packing: Packing,
    parts: Parts = [new TokenBuffer(), new TokenBuffer(), new TokenBuffer()],
  ) {
    this.#packing = packing;
    this.#parts = parts;
  }

  get length(): number {
    return this.#parts[0].length;
  }

  *tensors(): Generator<Tensor> {
    for (const part of this.#parts) yield* part.tensors();
  }

  append(added: Tensor): void {
    const { groupSize, bits } = this.#packing;
    const packed = quantize(added, groupSize, bits);
    this.#parts.forEach((part, at) => part.append(packed[at] as Tensor));
  }

  /** As they come back. */
  last(count: number): Tensor {
    const [numbers, scales, biases] = this.#parts.map((part) => part.last(count));
    return dequantize(numbers as Tensor, scales as Tensor, biases as Tensor, this.#packing);
  }

  keepLast(count: number): void {
    for (const part of this.#parts) part.keepLast(count);
  }

  trim(count: number): void {
    for (const part of this.#parts) part.trim(count);
  }

  ofRows(rows: readonly number[], count: number): PackedTokens {
    return this.#with((part) => part.ofRows(rows, count));
  }

  /** The zeros come back as zeros. */
  with(others: readonly PackedTokens[]): PackedTokens {
    return this.#with((part, at) => part.with(others.map((other) => other.#parts[at]!)));
  }

  #with(make: (part: TokenBuffer, at: number) => TokenBuffer): PackedTokens {
    const [numbers, scales, biases] = this.#parts;
    return new PackedTokens(this.#packing, [make(numbers, 0), make(scales, 1), make(biases, 2)]);
  }
}
