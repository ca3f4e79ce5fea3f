// Which kind of cache attention gets.
import { FullCache } from "./full-cache.ts";
import type { KeyValueCache } from "./key-value-cache.ts";
import type { CacheOptions } from "./layer-cache.ts";
import { PackedTokens } from "./packed-tokens.ts";
import { TokenBuffer } from "./token-buffer.ts";
import type { TokenStore } from "./token-store.ts";
import { WindowCache } from "./window-cache.ts";

/** Packed, it saves memory of long texts, not time: the heads' size must be a multiple of the packing's group. */
export function storeFor({ packing }: CacheOptions): TokenStore {
  return packing === undefined ? new TokenBuffer() : new PackedTokens(packing);
}

/** A window is short, and so is never packed. */
export function attentionCache({ padding, packing }: CacheOptions, window?: number): KeyValueCache {
  const read = { offset: 0, padding };
  const empty = (how: CacheOptions): TokenStore => storeFor(how);
  if (window !== undefined)
    return new WindowCache(window, { ...read, keys: empty({}), values: empty({}) });
  return new FullCache({ ...read, keys: empty({ packing }), values: empty({ packing }) });
}
