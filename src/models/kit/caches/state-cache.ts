// What layers with a running state remember: the last inputs of a convolution, the state of an SSM or of a delta rule.
// Its size does not grow with the text, and it has no memory of what it was before.
import { concatenate, int32, type Tensor } from "../../../mx/index.ts";
import type { BlockContext } from "../context.ts";
import { type LayerCache, sameKind } from "./layer-cache.ts";
import { readOfRows, type RowsRead, readTogether } from "./rows-read.ts";

export class StateCache implements LayerCache {
  readonly padding: readonly number[] | undefined;
  /** Each (batch, …). */
  readonly #state: Map<string, Tensor>;
  #offset: number;

  constructor(
    { offset, padding }: RowsRead = { offset: 0, padding: undefined },
    state: Iterable<readonly [string, Tensor]> = [],
  ) {
    this.padding = padding;
    this.#offset = offset;
    this.#state = new Map(state);
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

  canTrim(count: number): boolean {
    return count === 0;
  }

  trim(count: number): boolean {
    return this.canTrim(count);
  }

  ofRows(rows: readonly number[]): StateCache {
    const indices = int32(rows, [rows.length]);
    const some = [...this.#state].map(([name, all]) => [name, all.take(indices, 0)] as const);
    return new StateCache(readOfRows(this, rows), some);
  }

  with(others: readonly LayerCache[]): StateCache {
    const alike = sameKind(StateCache, others);
    const parts = (name: string): Tensor[] =>
      alike.map((other) => other.#state.get(name) as Tensor);
    const all = [...this.#state].map(
      ([name, own]) => [name, concatenate([own, ...parts(name)], 0)] as const,
    );
    return new StateCache(readTogether([this, ...alike]), all);
  }
}

/** The cache of a layer with a running state; undefined where nothing is decoded. */
export function stateCacheOf({ cache }: BlockContext): StateCache | undefined {
  if (cache === undefined || cache instanceof StateCache) return cache;
  throw new RangeError("a running state cannot be held in a cache of another kind");
}
