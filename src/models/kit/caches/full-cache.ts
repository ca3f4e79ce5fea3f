// Keys and values of every token read.
import { type HeldTokens, KeyValueCache } from "./key-value-cache.ts";

export class FullCache extends KeyValueCache {
  protected holding(tokens: HeldTokens): FullCache {
    return new FullCache(tokens);
  }

  protected canForget(): boolean {
    return true;
  }
}
