// What latent attention keeps of each token: the small vector that keys and values come out of, with the part of keys that
// tells positions. All heads share it, so it is a small part of what keys and values would take.
import type { Tensor } from "../../../mx/index.ts";
import { storeFor } from "./attention-cache.ts";
import { type CacheOptions, type LayerCache, sameKind } from "./layer-cache.ts";
import { readOfRows, type RowsRead, readTogether } from "./rows-read.ts";
import type { TokenStore } from "./token-store.ts";

export class LatentCache implements LayerCache {
  readonly padding: readonly number[] | undefined;
  readonly #tokens: TokenStore;
  readonly #kept = new Map<string, Tensor>();
  #offset: number;

  constructor(tokens: TokenStore, { offset, padding }: RowsRead) {
    this.padding = padding;
    this.#tokens = tokens;
    this.#offset = offset;
  }

  static empty(options: CacheOptions): LatentCache {
    return new LatentCache(storeFor(options), { offset: 0, padding: options.padding });
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
    this.#tokens.append(added);
    return this.#tokens.last(this.#offset);
  }

  /** What is made of weights once for all passes. */
  kept(name: string, make: () => Tensor): Tensor {
    const found = this.#kept.get(name) ?? make();
    this.#kept.set(name, found);
    return found;
  }

  canTrim(count: number): boolean {
    return count <= this.#offset;
  }

  trim(count: number): boolean {
    if (!this.canTrim(count)) return false;
    this.#tokens.trim(count);
    this.#offset -= count;
    return true;
  }

  /** What is made of weights is made again. */
  ofRows(rows: readonly number[]): LatentCache {
    const read = readOfRows(this, rows);
    return new LatentCache(this.#tokens.ofRows(rows, read.offset), read);
  }

  with(others: readonly LayerCache[]): LatentCache {
    const alike = sameKind(LatentCache, others);
    const tokens = this.#tokens.with(alike.map((other) => other.#tokens));
    return new LatentCache(tokens, readTogether([this, ...alike]));
  }
}
