// What latent attention keeps of each token: the small vector that keys and values come out of, with the part of keys that
// tells positions. All heads share it, so it is a small part of what keys and values would take.
import type { Tensor } from "../../../mx/index.ts";
import type { CacheOptions, LayerCache } from "./layer-cache.ts";
import { PackedTokens } from "./packed-tokens.ts";
import { TokenBuffer } from "./token-buffer.ts";

export class LatentCache implements LayerCache {
  readonly padding: readonly number[] | undefined;
  readonly #tokens: TokenBuffer | PackedTokens;
  readonly #kept = new Map<string, Tensor>();
  #offset = 0;

  constructor({ padding, packing }: CacheOptions = {}) {
    this.padding = padding;
    this.#tokens = packing === undefined ? new TokenBuffer() : new PackedTokens(packing);
  }

  get offset(): number {
    return this.#offset;
  }

  *tensors(): Generator<Tensor> {
    yield* this.#tokens.tensors();
    yield* this.#kept.values();
  }

  /** Adds (batch, 1, length, size); returns all tokens. */
  hold(added: Tensor): Tensor {
    this.#offset += added.dim(2);
    if (this.#tokens instanceof PackedTokens) return this.#tokens.append(added);
    this.#tokens.append(added);
    return this.#tokens.last(this.#offset);
  }

  /** What is made of weights once for all passes. */
  kept(name: string, make: () => Tensor): Tensor {
    const found = this.#kept.get(name) ?? make();
    this.#kept.set(name, found);
    return found;
  }

  trim(count: number): boolean {
    if (count > this.#offset) return false;
    this.#tokens.trim(count);
    this.#offset -= count;
    return true;
  }
}
