// The kinds of cache.
export { attentionCache } from "./attention-cache.ts";
export { BorrowedCache } from "./borrowed-cache.ts";
export { JointCache } from "./joint-cache.ts";
export { type AttendOptions, KeyValueCache } from "./key-value-cache.ts";
export { LatentCache } from "./latent-cache.ts";
export type { CacheOptions, LayerCache } from "./layer-cache.ts";
export { StateCache, stateCacheOf } from "./state-cache.ts";
export { WindowCache } from "./window-cache.ts";
