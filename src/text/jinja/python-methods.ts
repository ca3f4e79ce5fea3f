// Methods of texts and objects where the library departs from Python, or would let a template grow without bound.
// Everything else stays the library's.
import { FunctionValue, isMapping, isText, TextValue, type Value } from "./runtime.ts";
import { strip, stripSides } from "./strip.ts";

/** What a method has to ask before it does its work; both may throw. */
export interface Guard {
  /** Whether a text of that length may be made. */
  allow(length: number): void;
  /** Whether one text may be looked for in another. */
  search(text: Value, wanted: Value): void;
}

type Method = (text: Value & { value: string }, args: readonly Value[], guard: Guard) => Value;

/** An object's own methods, which Python finds before its entries when a template writes object.name. */
const objectMethods = new Set(["get", "items", "keys", "values"]);

function builtin(value: Value, name: string): Value | undefined {
  return (value as Value & { builtins: ReadonlyMap<string, Value> }).builtins.get(name);
}

/** The longest that replacing could make the text. */
export function replacedLength(text: string, old: string, by: string): number {
  const places = old === "" ? text.length + 1 : Math.floor(text.length / old.length);
  return text.length + places * Math.max(0, by.length - old.length);
}

function call(text: Value, name: string, args: readonly Value[]): Value {
  const method = builtin(text, name)?.value as (args: readonly Value[]) => Value;
  return method(args);
}

/** strip, lstrip or rstrip: takes away the characters of `set`, or blanks. */
export function trimmed(name: string, text: string, set: Value | undefined): string {
  const sides = stripSides[name] ?? { start: true, end: true };
  return strip(text, sides, set !== undefined && isText(set) ? set.value : undefined);
}

function trimming(name: string): Method {
  return ({ value }, [set]) => new TextValue(trimmed(name, value, set));
}

const textMethods: Readonly<Record<string, Method>> = {
  strip: trimming("strip"),
  lstrip: trimming("lstrip"),
  rstrip: trimming("rstrip"),
  replace(text, args, guard) {
    const [old, by] = args;
    if (old !== undefined && by !== undefined && isText(old) && isText(by)) {
      guard.search(text, old);
      guard.allow(replacedLength(text.value, old.value, by.value));
    }
    return call(text, "replace", args);
  },
  split(text, args, guard) {
    if (args[0] !== undefined) guard.search(text, args[0]);
    return call(text, "split", args);
  },
};

/** The method `name` of a text, called with what a template gives. Undefined when the library's own will do. */
export function textMethod(text: Value, name: string, guard: Guard): Value | undefined {
  const method = Object.hasOwn(textMethods, name) ? textMethods[name] : undefined;
  if (method === undefined || !isText(text)) return undefined;
  return new FunctionValue((args) => method(text, args, guard));
}

/** For object.name, not object["name"]: the method that Python would find there. */
export function objectMethod(object: Value, name: string): Value | undefined {
  const own = isMapping(object) && object.type === "ObjectValue" && objectMethods.has(name);
  return own ? builtin(object, name) : undefined;
}
