// Keys and values of the last tokens only, for layers that see a window: memory stays the same however long the text.
// Some more than the window are held, so that old ones are cut off seldom and the last ones can be forgotten.
import type { Tensor } from "../../../mx/index.ts";
import { type HeldTokens, KeyValueCache } from "./key-value-cache.ts";

const slack = 256;

export class WindowCache extends KeyValueCache {
  readonly #window: number;

  /** `window`: tokens that a query sees, itself among them. */
  constructor(window: number, tokens: HeldTokens) {
    super(tokens);
    this.#window = window;
  }

  protected holding(tokens: HeldTokens): WindowCache {
    return new WindowCache(this.#window, tokens);
  }

  protected override hold(keys: Tensor, values: Tensor): { keys: Tensor; values: Tensor } {
    const before = this.#window - 1;
    if (this.keys.length >= before + slack) {
      this.keys.keepLast(before);
      this.values.keepLast(before);
    }
    super.hold(keys, values);
    return this.seen(Math.min(this.keys.length, before + keys.dim(2)));
  }

  protected canForget(count: number): boolean {
    const needed = Math.min(this.offset - count, this.#window - 1);
    return this.keys.length - count >= needed;
  }
}
