// What a block remembers in which attention and a running state stand side by side: a cache for each, under a name.
import type { Tensor } from "../../../mx/index.ts";
import { type LayerCache, sameKind } from "./layer-cache.ts";

export class JointCache implements LayerCache {
  readonly #parts: ReadonlyMap<string, LayerCache>;

  /** At least one. */
  constructor(parts: Readonly<Record<string, LayerCache>>) {
    this.#parts = new Map(Object.entries(parts));
  }

  part(name: string): LayerCache | undefined {
    return this.#parts.get(name);
  }

  get #first(): LayerCache {
    return [...this.#parts.values()][0] as LayerCache;
  }

  get offset(): number {
    return this.#first.offset;
  }

  get padding(): readonly number[] | undefined {
    return this.#first.padding;
  }

  *tensors(): Generator<Tensor> {
    for (const part of this.#parts.values()) yield* part.tensors();
  }

  /** A state cannot go back, and attention alone must not. */
  canTrim(count: number): boolean {
    return count === 0;
  }

  trim(count: number): boolean {
    return this.canTrim(count);
  }

  ofRows(rows: readonly number[]): JointCache {
    return this.#with((part) => part.ofRows(rows));
  }

  with(others: readonly LayerCache[]): JointCache {
    const alike = sameKind(JointCache, others);
    return this.#with((part, name) =>
      part.with(alike.map((other) => other.#parts.get(name) as LayerCache)),
    );
  }

  #with(make: (part: LayerCache, name: string) => LayerCache): JointCache {
    const parts = [...this.#parts].map(([name, part]) => [name, make(part, name)] as const);
    return new JointCache(Object.fromEntries(parts));
  }
}
