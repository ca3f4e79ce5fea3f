// What was read before is not read again: caches of prompts and answers, of which the longest common beginning with a
// new prompt is taken up. Bounded by memory: the one that was used longest ago goes first.
import type { LayerCache } from "../models/index.ts";
import { dispose, evaluate, retain, scope, type Tensor } from "../mx/index.ts";

interface Kept {
  /** Whose caches: beginnings read by another adapter's model are others. */
  owner: object;
  ids: readonly number[];
  cache: LayerCache[];
  bytes: number;
}

/** Beginnings that are shorter than this are read as fast as they are taken up. */
const leastTokens = 16;

const tensorsOf = (cache: readonly LayerCache[]): Tensor[] =>
  cache.flatMap((layer) => [...layer.tensors()]);

/** How many tokens both begin with. */
function common(a: readonly number[], b: readonly number[]): number {
  let count = 0;
  while (count < a.length && count < b.length && a[count] === b[count]) count++;
  return count;
}

export class PrefixCache {
  readonly #limit: number;
  /** Used longest ago first. */
  #kept: Kept[] = [];

  /** `limit`: bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#kept.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Caches that hold the longest known beginning of `ids`, not all of it; for the caller to keep. */
  find(owner: object, ids: readonly number[]): { cache: LayerCache[]; read: number } | undefined {
    const candidates = this.#kept
      .filter((kept) => kept.owner === owner)
      .map((kept) => ({ kept, read: Math.min(common(kept.ids, ids), ids.length - 1) }))
      .filter(({ read }) => read >= leastTokens)
      .sort((a, b) => b.read - a.read);
    for (const { kept, read } of candidates) {
      const cache = upTo(kept, read);
      if (cache === undefined) continue;
      this.#kept = [...this.#kept.filter((one) => one !== kept), kept];
      return { cache, read };
    }
    return undefined;
  }

  /** Keeps a copy that `copied` makes of caches which have read `ids`. */
  keep(owner: object, ids: readonly number[], copied: () => LayerCache[]): void {
    if (ids.length < leastTokens || this.#limit === 0) return;
    const cache = scope(() => retainedCache(copied()));
    const bytes = tensorsOf(cache).reduce((sum, tensor) => sum + tensor.nbytes, 0);
    const covers = (kept: Kept): boolean =>
      kept.owner === owner &&
      common(kept.ids, ids) === kept.ids.length &&
      canTrim(cache, ids.length - kept.ids.length);
    for (const kept of this.#kept.filter(covers)) this.#drop(kept);
    this.#kept.push({ owner, ids: [...ids], cache, bytes });
    while (this.bytes > this.#limit) this.#drop(this.#kept[0] as Kept);
  }

  /** Forgets what an owner read; all of it where none is named. */
  clear(owner?: object): void {
    for (const kept of [...this.#kept])
      if (owner === undefined || kept.owner === owner) this.#drop(kept);
  }

  #drop(kept: Kept): void {
    this.#kept = this.#kept.filter((one) => one !== kept);
    dispose(tensorsOf(kept.cache));
  }
}

function retainedCache(cache: LayerCache[]): LayerCache[] {
  const tensors = tensorsOf(cache);
  evaluate(tensors);
  retain(tensors);
  return cache;
}

/** A copy with the first `read` tokens; undefined where those after them cannot be forgotten. */
function upTo({ cache, ids }: Kept, read: number): LayerCache[] | undefined {
  const behind = ids.length - read;
  if (!canTrim(cache, behind)) return undefined;
  return scope(() => {
    const copy = cache.map((layer) => layer.ofRows([0]));
    for (const layer of copy) layer.trim(behind);
    return retainedCache(copy);
  });
}

function canTrim(cache: readonly LayerCache[], count: number): boolean {
  return cache.every((layer) => layer.canTrim(count));
}
