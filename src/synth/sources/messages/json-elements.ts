// The elements of large arrays in a JSON text, one at a time: exports are one array of conversations or messages, or an
// object around it, and need not be held whole. Scans brackets and strings only; JSON.parse reads each element.
import { beyondLimit, damaged } from "../errors.ts";

/** What an export's text is made of: its array's elements, and the object around them without them. */
export type JsonPiece =
  /** `path` names the fields that lead to the array, arrays on the way as `*`: `chats.list.*.messages`. */
  | { readonly kind: "element"; readonly path: string; readonly value: unknown }
  /** A field of an object on the way, small enough to be held: everything outside the arrays. */
  | { readonly kind: "field"; readonly path: string; readonly value: unknown };

interface Level {
  readonly isArray: boolean;
  readonly path: string;
  /** Of objects: the field whose value comes next. */
  key: string;
  needsKey: boolean;
}

const longestElement = 64 * 1024 * 1024;
const blank = new Set([0x20, 0x09, 0x0a, 0x0d, 0x2c, 0x3a]);

/**
 * `inside` says which arrays and objects are gone into (`""` is the outermost value); everything else is given whole.
 * Throws FT-SOURCE-004 for what is no JSON, FT-SOURCE-005 for nesting or elements beyond the limit.
 */
export class JsonElements {
  readonly #inside: (path: string) => boolean;
  readonly #nesting: number;
  readonly #levels: Level[] = [];
  #held = "";
  /** The value in hand as far as earlier chunks have it, so that none is copied once a chunk. */
  readonly #before: string[] = [];
  #beforeLength = 0;
  /** Where the value in hand begins in the held text, once it has begun. */
  #from = -1;
  #at = 0;
  #depth = 0;
  #inString = false;
  #isScalar = false;
  #isOver = false;

  constructor(inside: (path: string) => boolean, nesting = 256) {
    this.#inside = inside;
    this.#nesting = nesting;
  }

  /** What ends in the text so far. */
  *add(chunk: string): Generator<JsonPiece> {
    if (this.#from !== -1 && !this.#isScalar) this.#setAside(chunk);
    else this.#append(chunk);
    for (;;) {
      const piece = this.#from === -1 ? this.#between() : this.#within();
      if (piece === "more") break;
      if (piece !== undefined) yield piece;
    }
    if (this.#beforeLength + this.#held.length > longestElement)
      throw beyondLimit("one element of the JSON is over 64 MB");
  }

  /** Throws when the text ended amid a value. */
  *end(): Generator<JsonPiece> {
    if (this.#from !== -1 && this.#isScalar) {
      const piece = this.#take(this.#held.length);
      if (piece !== undefined) yield piece;
    }
    if (this.#from !== -1 || this.#levels.length > 0) throw damaged("the JSON ends amid a value");
  }

  #setAside(chunk: string): void {
    const piece = this.#held.slice(this.#from);
    this.#before.push(piece);
    this.#beforeLength += piece.length;
    this.#at -= this.#held.length;
    this.#from = 0;
    this.#held = chunk;
  }

  /** Without what was read. */
  #append(chunk: string): void {
    const until = this.#from === -1 ? this.#at : this.#from;
    this.#held = this.#held.slice(until) + chunk;
    this.#at -= until;
    if (this.#from !== -1) this.#from = 0;
  }

  #path(): string {
    const level = this.#levels.at(-1);
    if (level === undefined) return "";
    const last = level.isArray ? "*" : level.key;
    return level.path === "" ? last : `${level.path}.${last}`;
  }

  /** Before a value or a key. */
  #between(): JsonPiece | undefined | "more" {
    while (blank.has(this.#held.charCodeAt(this.#at))) this.#at++;
    const character = this.#held[this.#at];
    if (character === undefined) return "more";
    if (this.#isOver) throw damaged("something follows the JSON's value");
    const level = this.#levels.at(-1);
    if (character === "}" || character === "]") {
      this.#leave(level, character);
    } else if (level !== undefined && !level.isArray && level.needsKey) {
      return this.#readKey(level);
    } else {
      this.#enter(character);
    }
    return undefined;
  }

  #leave(level: Level | undefined, character: string): void {
    if (level === undefined || level.isArray !== (character === "]"))
      throw damaged("its brackets do not match");
    this.#levels.pop();
    this.#at++;
    this.#valueEnded();
  }

  #readKey(level: Level): undefined | "more" {
    if (this.#held[this.#at] !== '"') throw damaged("a field of the JSON has no name");
    let end = this.#at + 1;
    for (; this.#held[end] !== '"'; end += this.#held[end] === "\\" ? 2 : 1)
      if (end >= this.#held.length) return this.#tooLongKey();
    level.key = String(parsed(this.#held.slice(this.#at, end + 1)));
    level.needsKey = false;
    this.#at = end + 1;
    return undefined;
  }

  #tooLongKey(): "more" {
    if (this.#held.length - this.#at > 100_000)
      throw beyondLimit("a field's name of over 100,000 characters");
    return "more";
  }

  #enter(character: string): void {
    const path = this.#path();
    const opens = character === "{" || character === "[";
    if (opens && this.#inside(path)) {
      if (this.#levels.length >= this.#nesting) throw beyondLimit("nesting of the JSON");
      this.#levels.push({ isArray: character === "[", path, key: "", needsKey: true });
      this.#at++;
      return;
    }
    this.#from = this.#at;
    this.#depth = 0;
    this.#isScalar = !opens && character !== '"';
    this.#inString = false;
  }

  /** Within a value that is given whole: to its end, as far as the text goes. */
  #within(): JsonPiece | undefined | "more" {
    if (this.#isScalar) return this.#scalar();
    const text = this.#held;
    for (let at = this.#at; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (this.#inString) {
        if (code === 0x5c) at++;
        else if (code === 0x22) {
          this.#inString = false;
          if (this.#depth === 0) return this.#take(at + 1);
        }
      } else if (code === 0x22) this.#inString = true;
      else if (code === 0x7b || code === 0x5b) this.#deeper();
      else if ((code === 0x7d || code === 0x5d) && --this.#depth === 0) return this.#take(at + 1);
      this.#at = at + 1;
    }
    return "more";
  }

  #deeper(): void {
    this.#depth++;
    if (this.#depth + this.#levels.length > this.#nesting) throw beyondLimit("nesting of the JSON");
  }

  #scalar(): JsonPiece | undefined | "more" {
    let at = this.#at;
    while (at < this.#held.length && !",]} \n\r\t".includes(this.#held[at] ?? "")) at++;
    this.#at = at;
    return at === this.#held.length ? "more" : this.#take(at);
  }

  #take(end: number): JsonPiece | undefined {
    this.#before.push(this.#held.slice(this.#from, end));
    const value = parsed(this.#before.splice(0).join(""));
    this.#beforeLength = 0;
    const kind = this.#levels.at(-1)?.isArray === true ? "element" : "field";
    const path = kind === "element" ? (this.#levels.at(-1)?.path ?? "") : this.#path();
    this.#from = -1;
    this.#at = end;
    this.#valueEnded();
    return { kind, path, value };
  }

  #valueEnded(): void {
    const level = this.#levels.at(-1);
    if (level === undefined) this.#isOver = true;
    else level.needsKey = true;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(`not JSON: ${error instanceof Error ? error.message.slice(0, 120) : ""}`);
  }
}

/** The pieces of a JSON text that comes in chunks. */
export async function* jsonElements(
  text: AsyncIterable<string>,
  inside: (path: string) => boolean,
  nesting?: number,
): AsyncGenerator<JsonPiece> {
  const elements = new JsonElements(inside, nesting);
  for await (const chunk of text) yield* elements.add(chunk);
  yield* elements.end();
}
