// A JSON reader for files a stranger wrote: bounded in depth and size, and it refuses repeated keys.
// Not for configuration or rows; it keeps less than JSON.parse does (see `JsonValue`).

/**
 * Objects are Maps, so no key is special. A number that is not a plain non-negative safe integer
 * is NaN: safetensors headers hold no others, and `Number.isSafeInteger` then refuses it.
 */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export type JsonObject = Map<string, JsonValue>;

export interface JsonLimits {
  depth: number;
  /** Strings, numbers, lists, objects together. */
  values: number;
}

/** What is wrong with the text and at which character; the caller names the file. */
export class JsonProblem extends Error {}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const PLAIN_INTEGER = /^(?:0|[1-9][0-9]*)$/;
const LONE_SURROGATE = /\p{Surrogate}/u;
const WORD = /true|false|null/y;

class Reader {
  readonly #text: string;
  readonly #limits: JsonLimits;
  #at = 0;
  #values = 0;

  constructor(text: string, limits: JsonLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  document(): JsonValue {
    const value = this.#value(1);
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#fail("text after the end of the JSON");
    return value;
  }

  #fail(what: string): never {
    throw new JsonProblem(`${what} at character ${this.#at + 1}`);
  }

  #skipSpace(): void {
    this.#match(SPACE);
  }

  /** Steps over `character` when it comes next. */
  #take(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #value(depth: number): JsonValue {
    if (++this.#values > this.#limits.values) this.#fail(`more than ${this.#limits.values} values`);
    if (depth > this.#limits.depth) this.#fail(`nested deeper than ${this.#limits.depth} levels`);
    this.#skipSpace();
    const first = this.#text[this.#at];
    if (first === "{") return this.#object(depth);
    if (first === "[") return this.#list(depth);
    if (first === '"') return this.#string();
    const word = this.#match(WORD);
    return word === undefined ? this.#number() : (JSON.parse(word) as boolean | null);
  }

  #object(depth: number): JsonObject {
    const object: JsonObject = new Map();
    this.#at++;
    if (this.#take("}")) return object;
    do {
      this.#skipSpace();
      if (this.#text[this.#at] !== '"') this.#fail("expected a name in quotes");
      const key = this.#string();
      if (object.has(key)) this.#fail(`the name ${JSON.stringify(key)} is there twice`);
      if (!this.#take(":")) this.#fail("expected ':'");
      object.set(key, this.#value(depth + 1));
    } while (this.#take(","));
    if (!this.#take("}")) this.#fail("expected ',' or '}'");
    return object;
  }

  #list(depth: number): JsonValue[] {
    const list: JsonValue[] = [];
    this.#at++;
    if (this.#take("]")) return list;
    do list.push(this.#value(depth + 1));
    while (this.#take(","));
    if (!this.#take("]")) this.#fail("expected ',' or ']'");
    return list;
  }

  #string(): string {
    const end = this.#closingQuote();
    const literal = this.#text.slice(this.#at, end + 1);
    const value = parsedString(literal);
    if (value === undefined) this.#fail("a string with a bad escape or control character");
    this.#at = end + 1;
    return value;
  }

  #closingQuote(): number {
    for (let from = this.#at + 1; ;) {
      const quote = this.#text.indexOf('"', from);
      if (quote === -1) this.#fail("a string that never ends");
      let before = quote - 1;
      while (this.#text[before] === "\\") before--;
      if ((quote - 1 - before) % 2 === 0) return quote;
      from = quote + 1;
    }
  }

  /** The text a sticky pattern matches here, stepped over. */
  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at = pattern.lastIndex;
    return found;
  }

  #number(): number {
    const literal = this.#match(NUMBER);
    if (literal === undefined) this.#fail("expected a value");
    const number = PLAIN_INTEGER.test(literal) ? Number(literal) : Number.NaN;
    return Number.isSafeInteger(number) ? number : Number.NaN;
  }
}

function parsedString(literal: string): string | undefined {
  try {
    const value = JSON.parse(literal) as string;
    return LONE_SURROGATE.test(value) ? undefined : value;
  } catch {
    return undefined;
  }
}

/** Throws JsonProblem. */
export function parseStrictJson(text: string, limits: JsonLimits): JsonValue {
  return new Reader(text, limits).document();
}
