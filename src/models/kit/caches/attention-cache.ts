// Which kind of cache attention gets.
import { FullCache } from "./full-cache.ts";
import type { KeyValueCache } from "./key-value-cache.ts";
import type { CacheOptions } from "./layer-cache.ts";
import { QuantizedCache } from "./quantized-cache.ts";
import { WindowCache } from "./window-cache.ts";

/** A window is short, and so is never packed. */
export function attentionCache({ padding, packing }: CacheOptions, window?: number): KeyValueCache {
  if (window !== undefined) return new WindowCache(window, padding);
  return packing === undefined ? new FullCache(padding) : new QuantizedCache(packing, padding);
}
