// Reads a regular expression as ECMAScript writes it (under the u flag, but letters escaped without need are taken). What
// no automaton can follow (references back, lookbehind, word boundaries, flags) is refused by name.
import { characterSet, type CharacterSet, codeOf, union } from "../automata/characters.ts";
import { limits } from "../automata/limits.ts";
import { malformed, tooLarge, unsupported } from "../problems.ts";
import { digits, inverse, notLineEnds, propertySet, spaces, wordCharacters } from "./classes.ts";
import { type Pattern, partsOf } from "./pattern.ts";

const named: Readonly<Record<string, CharacterSet>> = {
  d: digits,
  w: wordCharacters,
  s: spaces,
  D: inverse(digits),
  W: inverse(wordCharacters),
  S: inverse(spaces),
};
const controls: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, v: 11, f: 12, "0": 0 };

/** Longer ones are refused before they are read. */
const longest = 20_000;
/** Each is looked up among all characters. */
const mostProperties = 10;

class Reader {
  readonly #characters: readonly string[];
  readonly #field: string;
  #at = 0;
  #depth = 0;
  #properties = 0;

  constructor(source: string, field: string) {
    this.#characters = Array.from(source);
    this.#field = field;
  }

  whole(): Pattern {
    const pattern = this.#choice();
    if (this.#at < this.#characters.length) throw this.#wrong("a bracket that nothing opens");
    return pattern;
  }

  #choice(): Pattern {
    if (++this.#depth > limits.depth) throw tooLarge(this.#field, "groups are nested too deeply");
    const options = [this.#sequence()];
    while (this.#takes("|")) options.push(this.#sequence());
    this.#depth--;
    return options.length === 1 && options[0] !== undefined
      ? options[0]
      : { kind: "choice", options };
  }

  #sequence(): Pattern {
    const parts: Pattern[] = [];
    while (this.#at < this.#characters.length && this.#next !== "|" && this.#next !== ")") {
      parts.push(this.#quantified(this.#atom()));
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: "sequence", parts };
  }

  #atom(): Pattern {
    const character = this.#take();
    switch (character) {
      case "^":
        return { kind: "start" };
      case "$":
        return { kind: "end" };
      case ".":
        return { kind: "character", set: notLineEnds };
      case "(":
        return this.#group();
      case "[":
        return { kind: "character", set: this.#class() };
      case "\\":
        return { kind: "character", set: this.#escape(false) };
      case "*":
      case "+":
      case "?":
        throw this.#wrong(`nothing stands before "${character}"`);
      default:
        return { kind: "character", set: [[codeOf(character), codeOf(character)]] };
    }
  }

  #group(): Pattern {
    const ahead = this.#takes("?=") ? "yes" : this.#takes("?!") ? "no" : undefined;
    if (ahead === undefined && this.#next === "?" && !this.#takes("?:")) this.#groupName();
    const body = this.#choice();
    if (!this.#takes(")")) throw this.#wrong("a bracket is not closed");
    return ahead === undefined ? body : { kind: "ahead", body, isNegative: ahead === "no" };
  }

  #groupName(): void {
    const rest = this.#characters.slice(this.#at, this.#at + 80).join("");
    const name = /^\?<[A-Za-z_$][\w$]*>/.exec(rest);
    if (name !== null) this.#at += name[0].length;
    else if (/^\?<[=!]/.test(rest)) throw this.#refused("lookbehind");
    else throw this.#refused(`the group "(${rest.slice(0, 2)}"`);
  }

  #quantified(atom: Pattern): Pattern {
    const bounds = this.#quantifier();
    if (bounds === undefined) return atom;
    // Lazy or greedy: the texts are the same.
    this.#takes("?");
    if (atom.kind === "start" || atom.kind === "end" || atom.kind === "ahead") {
      throw this.#wrong("a condition cannot be repeated");
    }
    const [least, most] = bounds;
    if (most < least) throw this.#wrong(`the repetition {${least},${most}} ends before it begins`);
    const highest = most === Infinity ? least : most;
    if (highest > limits.characters) {
      throw tooLarge(this.#field, `a repetition of ${highest}: at most ${limits.characters}`);
    }
    return { kind: "repeat", body: atom, least, most };
  }

  #quantifier(): readonly [number, number] | undefined {
    if (this.#takes("*")) return [0, Infinity];
    if (this.#takes("+")) return [1, Infinity];
    if (this.#takes("?")) return [0, 1];
    if (this.#next !== "{") return undefined;
    const rest = this.#characters.slice(this.#at, this.#at + 40).join("");
    const found = /^\{(\d+)(,?)(\d*)\}/.exec(rest);
    if (found === null) return undefined;
    const [text, least, comma, most] = found;
    this.#at += text.length;
    if (comma === "") return [Number(least), Number(least)];
    return [Number(least), most === "" ? Infinity : Number(most)];
  }

  #class(): CharacterSet {
    const isNegative = this.#takes("^");
    const sets: CharacterSet[] = [];
    while (!this.#takes("]")) {
      const first = this.#classItem();
      const isRange = this.#next === "-" && this.#characters[this.#at + 1] !== "]";
      sets.push(isRange ? this.#range(first) : first);
    }
    const set = union(...sets);
    return isNegative ? inverse(set) : set;
  }

  #range(first: CharacterSet): CharacterSet {
    this.#at++;
    const last = this.#classItem();
    const [from, to] = [first[0], last[0]];
    const isSingle = [first, last].every((set) => set.length === 1 && set[0]?.[0] === set[0]?.[1]);
    // As browsers read "[\w-.]": a class on one side makes the dash a dash.
    if (!isSingle || from === undefined || to === undefined) return union(first, [[45, 45]], last);
    if (to[0] < from[0]) throw this.#wrong("a range of characters ends before it begins");
    return characterSet([[from[0], to[0]]]);
  }

  #classItem(): CharacterSet {
    const character = this.#take();
    if (character === "\\") return this.#escape(true);
    return [[codeOf(character), codeOf(character)]];
  }

  #escape(isInClass: boolean): CharacterSet {
    const letter = this.#take();
    const set = named[letter];
    if (set !== undefined) return set;
    if (letter === "p" || letter === "P") return this.#property(letter === "P");
    if (letter === "b" && isInClass) return [[8, 8]];
    if (letter === "b" || letter === "B") throw this.#refused(`\\${letter} (a word's boundary)`);
    if (letter === "k" || /[1-9]/.test(letter)) throw this.#refused("a reference to a group");
    const code = controls[letter] ?? this.#coded(letter) ?? codeOf(letter);
    return [[code, code]];
  }

  #coded(letter: string): number | undefined {
    const rest = this.#characters.slice(this.#at, this.#at + 10).join("");
    const patterns: Readonly<Record<string, RegExp>> = {
      x: /^([0-9A-Fa-f]{2})/,
      u: /^(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{4}))/,
      c: /^([A-Za-z])/,
    };
    const pattern = patterns[letter];
    if (pattern === undefined) return undefined;
    const found = pattern.exec(rest);
    if (found === null) throw this.#wrong(`"\\${letter}" without its number`);
    this.#at += found[0].length;
    const text = found[1] ?? found[2] ?? "";
    const code = letter === "c" ? codeOf(text) % 32 : Number.parseInt(text, 16);
    return code >= 0xd800 && code < 0xdc00 ? this.#secondHalf(code) : code;
  }

  /** Of a character that is written as two units of UTF-16. */
  #secondHalf(high: number): number {
    const rest = this.#characters.slice(this.#at, this.#at + 6).join("");
    const found = /^\\u([dD][c-fC-F][0-9A-Fa-f]{2})/.exec(rest);
    if (found === null) throw this.#refused("half of a surrogate pair");
    this.#at += found[0].length;
    return 0x10000 + ((high & 0x3ff) << 10) + (Number.parseInt(found[1] ?? "", 16) & 0x3ff);
  }

  #property(isNegative: boolean): CharacterSet {
    const rest = this.#characters.slice(this.#at, this.#at + 90).join("");
    const found = /^\{([^}]*)\}/.exec(rest);
    if (++this.#properties > mostProperties)
      throw tooLarge(this.#field, `more than ${mostProperties} properties of Unicode in a pattern`);
    const set = propertySet(found?.[1] ?? "");
    if (found === null || set === undefined) throw this.#wrong("an unknown property of Unicode");
    this.#at += found[0].length;
    return isNegative ? inverse(set) : set;
  }

  get #next(): string | undefined {
    return this.#characters[this.#at];
  }

  #take(): string {
    const character = this.#characters[this.#at++];
    if (character === undefined) throw this.#wrong("it ends too soon");
    return character;
  }

  #takes(text: string): boolean {
    if (
      !this.#characters
        .slice(this.#at, this.#at + text.length)
        .join("")
        .startsWith(text)
    )
      return false;
    this.#at += text.length;
    return true;
  }

  #wrong(what: string): Error {
    return malformed(this.#field, `not a regular expression: ${what} (at character ${this.#at})`);
  }

  #refused(what: string): Error {
    return unsupported(this.#field, `${what} in a regular expression (at character ${this.#at})`);
  }
}

/** `field` is the place of the pattern, for errors. */
export function readPattern(source: string, field: string): Pattern {
  if (source.length > longest) {
    throw tooLarge(
      field,
      `a regular expression of ${source.length} characters: at most ${longest}`,
    );
  }
  const pattern = new Reader(source, field).whole();
  const parts = partsOf(pattern);
  if (parts > limits.repeatedParts) {
    const most = limits.repeatedParts;
    throw tooLarge(
      field,
      `a regular expression with ${parts} parts, repetitions counted: at most ${most}`,
    );
  }
  return pattern;
}
