// (batch, heads, tokens, size) that grows at its end, packed in a few bits a number; unpacked for the moment of its use.
// What the tokens mean is the caches'.
import { dequantize, type Packing, quantize, type Tensor } from "../../../mx/index.ts";
import { TokenBuffer } from "./token-buffer.ts";

/** Packed numbers, scales and biases. */
export class PackedTokens {
  readonly #parts = [new TokenBuffer(), new TokenBuffer(), new TokenBuffer()] as const;
  readonly #packing: Packing;

  constructor(packing: Packing) {
    this.#packing = packing;
  }

  *tensors(): Generator<Tensor> {
    for (const part of this.#parts) yield* part.tensors();
  }

  /** Adds tokens and returns all, as they come back. */
  append(added: Tensor): Tensor {
    const { groupSize, bits } = this.#packing;
    const packed = quantize(added, groupSize, bits);
    this.#parts.forEach((part, at) => part.append(packed[at] as Tensor));
    const [numbers, scales, biases] = this.#parts.map((part) => part.last(part.length));
    return dequantize(numbers as Tensor, scales as Tensor, biases as Tensor, this.#packing);
  }

  trim(count: number): void {
    for (const part of this.#parts) part.trim(count);
  }
}
