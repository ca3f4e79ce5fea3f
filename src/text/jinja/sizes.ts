// How long a value would be when printed, parts that it shares counted each time: a list that holds another ten
// times over, sixty times in a row, is small in memory and endless on paper. Prints nothing.
import { isList, isMapping, isText, type Value } from "./runtime.ts";

/** Quotes, brackets, separators and the like, for each value inside another. */
const frame = 4;

/** What a number, truth value or nothing may take. */
const scalar = 8;

export class Sizes {
  /** Lists and objects never change; namespaces do, and so what holds one is measured anew each time. */
  readonly #known = new WeakMap<Value, number>();
  readonly #open = new Set<Value>();
  readonly #visit: () => void;

  /** `visit` is called for every value looked at, and may throw. */
  constructor(visit: () => void) {
    this.#visit = visit;
  }

  /** Characters of the value in print, about; Infinity for one that holds itself. */
  of(value: Value): number {
    if (isText(value)) return value.value.length;
    if (!isList(value) && !isMapping(value)) return scalar;
    return this.#known.get(value) ?? this.#measure(value).size;
  }

  #measure(value: Value): { size: number; lasting: boolean } {
    if (isText(value)) return { size: value.value.length, lasting: true };
    if (!isList(value) && !isMapping(value)) return { size: scalar, lasting: true };
    const known = this.#known.get(value);
    if (known !== undefined) return { size: known, lasting: true };
    if (this.#open.has(value)) return { size: Infinity, lasting: false };
    this.#open.add(value);
    let size = frame;
    let lasting = value.type !== "NamespaceValue";
    const parts = isMapping(value) ? value.value.entries() : value.value.entries();
    for (const [key, part] of parts) {
      this.#visit();
      const inside = this.#measure(part);
      size += inside.size + frame + (typeof key === "string" ? key.length : 0);
      lasting &&= inside.lasting;
    }
    this.#open.delete(value);
    if (lasting) this.#known.set(value, size);
    return { size, lasting };
  }
}
