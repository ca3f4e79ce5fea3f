// Values as Python writes them, because chat templates were written for it: str() for what is printed and joined,
// json.dumps for the filter `tojson`. Says nothing of how long that gets: see sizes.ts.
import { isList, isMapping, isText, type Value } from "./runtime.ts";

/** Python's repr of a finite float: shortest digits, two digits of exponent, ".0" on whole numbers. */
function floatText(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

function numberText({ type, value }: Value): string {
  if (type === "FloatValue") return floatText(value as number);
  // Whole numbers are written out, where JavaScript would begin to write an exponent.
  return Number.isInteger(value) ? BigInt(value as number).toString() : String(value);
}

const named: Record<string, string> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\\": "\\\\",
  " ": " ",
};

/** As repr writes what str.isprintable refuses. */
function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const [letter, digits] = code < 0x100 ? ["x", 2] : code < 0x10000 ? ["u", 4] : ["U", 8];
  return named[character] ?? `\\${letter}${code.toString(16).padStart(Number(digits), "0")}`;
}

/** Python's repr of a text: single quotes, unless it holds those and no double ones. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const plain = text.replace(/[\\\p{C}\p{Z}]/gu, escaped);
  return quote + (quote === "'" ? plain.replaceAll("'", "\\'") : plain) + quote;
}

function repr(value: Value): string {
  return isText(value) ? quoted(value.value) : pythonString(value);
}

const words: Record<string, string> = { NullValue: "None", UndefinedValue: "" };

/** str(value), and nothing for what is undefined. */
export function pythonString(value: Value): string {
  if (isText(value)) return value.value;
  if (typeof value.value === "number") return numberText(value);
  if (typeof value.value === "boolean") return value.value ? "True" : "False";
  if (isList(value)) {
    const items = value.value.map(repr);
    if (value.type !== "TupleValue") return `[${items.join(", ")}]`;
    return items.length === 1 ? `(${items[0]},)` : `(${items.join(", ")})`;
  }
  if (isMapping(value)) {
    const entries = [...value.value].map(([key, item]) => `${quoted(key)}: ${repr(item)}`);
    return `{${entries.join(", ")}}`;
  }
  const word = words[value.type];
  if (word !== undefined) return word;
  throw new TypeError(`cannot print a ${value.type}`);
}

/** The options of json.dumps that templates give. */
export interface JsonOptions {
  indent?: number | undefined;
  ensureAscii?: boolean;
  sortKeys?: boolean;
  separators?: readonly [item: string, key: string] | undefined;
  /** Asked with the length of what is written besides the values themselves; may throw. */
  allow?(length: number): void;
}

function asciiOnly(text: string): string {
  return text.replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

class JsonWriter {
  readonly #options: JsonOptions;
  readonly #item: string;
  readonly #key: string;
  #between = 0;

  constructor(options: JsonOptions) {
    this.#options = options;
    const [item, key] = options.separators ?? [options.indent === undefined ? ", " : ",", ": "];
    this.#item = item;
    this.#key = key;
  }

  write(value: Value, depth = 0): string {
    if (isText(value)) return this.#text(value.value);
    if (typeof value.value === "number") return numberText(value);
    if (typeof value.value === "boolean") return String(value.value);
    if (isList(value)) {
      return this.#enclosed(
        "[]",
        value.value.map((item) => this.write(item, depth + 1)),
        depth,
      );
    }
    if (isMapping(value)) {
      const entries = [...value.value];
      if (this.#options.sortKeys === true) entries.sort(([a], [b]) => (a < b ? -1 : 1));
      const written = entries.map(
        ([key, item]) => this.#text(key) + this.#key + this.write(item, depth + 1),
      );
      return this.#enclosed("{}", written, depth);
    }
    if (value.type in words) return "null";
    throw new TypeError(`cannot write a ${value.type} as JSON`);
  }

  #text(text: string): string {
    const written = JSON.stringify(text);
    return this.#options.ensureAscii === true ? asciiOnly(written) : written;
  }

  #enclosed(brackets: string, items: readonly string[], depth: number): string {
    const [open, close] = [brackets.charAt(0), brackets.charAt(1)];
    const { indent, allow } = this.#options;
    const inner = indent === undefined ? 0 : indent * (depth + 1) + 1;
    this.#between += (items.length + 1) * (inner + this.#item.length + this.#key.length);
    allow?.(this.#between);
    if (indent === undefined || items.length === 0) return open + items.join(this.#item) + close;
    const line = `\n${" ".repeat(inner - 1)}`;
    return (
      open + line + items.join(this.#item + line) + line.slice(0, line.length - indent) + close
    );
  }
}

/** json.dumps(value), with non-ASCII characters as they are unless asked otherwise. */
export function pythonJson(value: Value, options: JsonOptions = {}): string {
  return new JsonWriter(options).write(value);
}
