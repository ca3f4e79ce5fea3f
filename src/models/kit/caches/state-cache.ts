// What layers with a running state remember: the last inputs of a convolution, the state of an SSM or of a delta rule.
// Its size does not grow with the text, and it has no memory of what it was before.
import type { Tensor } from "../../../mx/index.ts";
import type { BlockContext } from "../context.ts";
import type { LayerCache } from "./layer-cache.ts";

export class StateCache implements LayerCache {
  readonly padding: readonly number[] | undefined;
  readonly #state = new Map<string, Tensor>();
  #offset = 0;

  constructor(padding?: readonly number[]) {
    this.padding = padding;
  }

  get offset(): number {
    return this.#offset;
  }

  *tensors(): Generator<Tensor> {
    yield* this.#state.values();
  }

  /** Undefined before the first pass. */
  get(name: string): Tensor | undefined {
    return this.#state.get(name);
  }

  /** Parts of the state after this pass, whose tokens `advance` counts. */
  keep(state: Readonly<Record<string, Tensor>>): void {
    for (const [name, tensor] of Object.entries(state)) this.#state.set(name, tensor);
  }

  /** The state after `length` more tokens. */
  advance(length: number, state: Readonly<Record<string, Tensor>> = {}): void {
    this.keep(state);
    this.#offset += length;
  }

  trim(count: number): boolean {
    return count === 0;
  }
}

/** The cache of a layer with a running state; undefined where nothing is decoded. */
export function stateCacheOf({ cache }: BlockContext): StateCache | undefined {
  if (cache === undefined || cache instanceof StateCache) return cache;
  throw new RangeError("a running state cannot be held in a cache of another kind");
}
