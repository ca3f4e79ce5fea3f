// Keys and values of every token, packed in a few bits each; unpacked for the moment in which they are used.
// Saves memory of long texts, not time.
import { dequantize, type Packing, quantize, type Tensor } from "../../../mx/index.ts";
import { KeyValueCache } from "./key-value-cache.ts";
import { TokenBuffer } from "./token-buffer.ts";

/** One of keys and values: packed numbers, scales and biases. */
class PackedTokens {
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
