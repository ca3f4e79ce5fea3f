// Objects whose keys are numbers, `{0: "a", 512: "b"}`: Python has them, the library has keys of text alone. They are
// kept under the numbers' text, and here is known what the keys were.
import {
  FunctionValue,
  ListValue,
  type Node,
  ObjectValue,
  TextValue,
  type Value,
} from "./runtime.ts";

type Evaluate = (node: Node) => Value;

const isNumber = (value: Value): value is Value & { value: number } =>
  typeof value.value === "number";

export class NumberKeys {
  /** By object: its keys, in the order in which they were written. */
  readonly #known = new WeakMap<Value, Value[]>();

  /** The object of a literal; undefined where all its keys are texts. */
  make(entries: ReadonlyMap<Node, Node>, evaluate: Evaluate): Value | undefined {
    const keys = [...entries.keys()].map(evaluate);
    if (!keys.some(isNumber)) return undefined;
    const values = [...entries.values()].map(evaluate);
    const named = keys.map((key, at): [string, Value] => [String(key.value), values[at] as Value]);
    const made = new ObjectValue(new Map(named));
    this.#known.set(made, keys);
    return made;
  }

  /** How an entry is asked for: by its key's text. */
  property(object: Value, property: Value): Value {
    const isAsked = isNumber(property) && this.#known.has(object);
    return isAsked ? new TextValue(String(property.value)) : property;
  }

  /** `items` or `keys` of such an object; undefined of every other. */
  method(object: Value, name: string): Value | undefined {
    const keys = this.#known.get(object);
    if (keys === undefined || (name !== "items" && name !== "keys")) return undefined;
    return new FunctionValue(() =>
      name === "keys" ? new ListValue(keys) : new ListValue(this.#pairs(object, keys)),
    );
  }

  /** What a loop goes through: the keys of such an object, every other value itself. */
  walked(value: Value): Value {
    const keys = this.#known.get(value);
    return keys === undefined ? value : new ListValue(keys);
  }

  /** The filter dictsort of such an object, by key; undefined of every other. */
  sorted(object: Value, isReversed: boolean): Value | undefined {
    const keys = this.#known.get(object);
    if (keys?.every(isNumber) !== true) return undefined;
    const sign = isReversed ? -1 : 1;
    const order = (keys as (Value & { value: number })[]).toSorted(
      (a, b) => sign * (a.value - b.value),
    );
    return new ListValue(this.#pairs(object, order));
  }

  #pairs(object: Value, keys: readonly Value[]): Value[] {
    const entries = object.value as ReadonlyMap<string, Value>;
    return keys.map((key) => new ListValue([key, entries.get(String(key.value)) as Value]));
  }
}
