// Reads a grammar in GBNF, llama.cpp's form of Backus and Naur's: rules `name ::= …` of texts in quotes, classes in square
// brackets, other rules, alternatives, brackets and repetitions; `root` is the whole text. Source: llama.cpp,
// grammars/README.md. Tokens in angle brackets are refused: what is written here holds for any vocabulary.
import { allCharacters, characterSet, type CharacterSet, codeOf } from "../automata/characters.ts";
import type { Expression, Expressions, Rule } from "../automata/expressions.ts";
import { limits } from "../automata/limits.ts";
import { malformed, tooLarge, unsupported } from "../problems.ts";
import { inverse } from "../regex/classes.ts";

/** Letters, digits, - and _. */
const namePattern = /^[A-Za-z0-9_-]+/;
const escapes: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9 };
const hexDigits: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
/** Longer ones are refused before they are read. */
const longest = 200_000;

class Reader {
  readonly rules = new Map<string, Rule>();
  readonly #expressions: Expressions;
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(expressions: Expressions, text: string) {
    this.#expressions = expressions;
    this.#text = text;
  }

  whole(): Rule {
    this.#blank(true);
    while (this.#at < this.#text.length) this.#rule();
    const undefinedRule = [...this.rules.values()].find(({ body }) => body === undefined);
    if (undefinedRule !== undefined)
      throw this.#wrong(`the rule "${undefinedRule.name}" is used but not written`);
    const root = this.rules.get("root");
    if (root === undefined) throw this.#wrong('there is no rule "root", which is the whole text');
    return root;
  }

  #rule(): void {
    const name = this.#name();
    this.#blank(false);
    if (!this.#takes("::=")) throw this.#wrong(`"::=" is missing behind "${name}"`);
    this.#blank(true);
    const rule = this.#named(name);
    if (rule.body !== undefined) throw this.#wrong(`the rule "${name}" is written twice`);
    rule.body = this.#choice(false);
    if (this.#at < this.#text.length && !/[\n\r]/.test(this.#text[this.#at] ?? ""))
      throw this.#wrong(`"${this.#text[this.#at]}" does not belong here`);
    this.#blank(true);
  }

  /** Within brackets a line's end is a blank; elsewhere it ends the rule, unless it follows "|". */
  #choice(isWithin: boolean): Expression {
    if (++this.#depth > limits.depth) throw tooLarge(this.#place, "brackets are nested too deeply");
    const options = [this.#sequence(isWithin)];
    while (this.#takes("|")) {
      this.#blank(true);
      options.push(this.#sequence(isWithin));
    }
    this.#depth--;
    return this.#expressions.choice(options);
  }

  #sequence(isWithin: boolean): Expression {
    const parts: Expression[] = [];
    for (;;) {
      const part = this.#part(isWithin);
      if (part === undefined) return this.#expressions.sequence(...parts);
      parts.push(part);
    }
  }

  #part(isWithin: boolean): Expression | undefined {
    const start = this.#at;
    const atom = this.#atom();
    if (atom === undefined) return undefined;
    this.#blank(isWithin);
    const bounds = this.#repetition();
    if (bounds === undefined) return atom;
    this.#blank(isWithin);
    const [least, most] = bounds;
    this.#requireFew(
      atom,
      most === Infinity ? least : most,
      this.#text.slice(start, this.#at).length,
    );
    return this.#expressions.repeat(atom, least, most);
  }

  #requireFew(atom: Expression, most: number, length: number): void {
    const isTooMany = atom.isCharacter
      ? most > limits.characters
      : most * length > 4 * limits.repeatedParts;
    if (isTooMany) throw tooLarge(this.#place, `a repetition of ${most}`);
  }

  #atom(): Expression | undefined {
    switch (this.#text.charAt(this.#at)) {
      case '"':
        return this.#literal();
      case "[":
        return this.#expressions.character(this.#class());
      case ".":
        this.#at++;
        return this.#expressions.character(allCharacters);
      case "(":
        return this.#group();
      case "<":
      case "!":
        throw unsupported(this.#place, "tokens in a grammar: write the text of the token");
      default:
        return this.#reference();
    }
  }

  #group(): Expression {
    this.#at++;
    this.#blank(true);
    const inside = this.#choice(true);
    if (!this.#takes(")")) throw this.#wrong("a bracket is not closed");
    return inside;
  }

  #reference(): Expression | undefined {
    const found = namePattern.exec(this.#text.slice(this.#at, this.#at + 200));
    if (found === null) return undefined;
    this.#at += found[0].length;
    return this.#named(found[0]);
  }

  #named(name: string): Rule {
    let rule = this.rules.get(name);
    if (rule === undefined) this.rules.set(name, (rule = this.#expressions.rule(name)));
    return rule;
  }

  #name(): string {
    const found = namePattern.exec(this.#text.slice(this.#at, this.#at + 200));
    if (found === null) throw this.#wrong("a rule's name is missing");
    this.#at += found[0].length;
    return found[0];
  }

  #literal(): Expression {
    this.#at++;
    const codes: number[] = [];
    while (!this.#takes('"')) codes.push(this.#character());
    return this.#expressions.text(String.fromCodePoint(...codes));
  }

  #class(): CharacterSet {
    this.#at++;
    const isNegative = this.#takes("^");
    const ranges: [number, number][] = [];
    while (!this.#takes("]")) {
      const first = this.#character();
      const isRange = this.#text[this.#at] === "-" && this.#text[this.#at + 1] !== "]";
      if (isRange) this.#at++;
      const last = isRange ? this.#character() : first;
      if (last < first) throw this.#wrong("a range of characters ends before it begins");
      ranges.push([first, last]);
    }
    const set = characterSet(ranges);
    return isNegative ? inverse(set) : set;
  }

  #character(): number {
    const code = this.#text.codePointAt(this.#at);
    if (code === undefined) throw this.#wrong("it ends within quotes or brackets");
    this.#at += code > 0xffff ? 2 : 1;
    return code === codeOf("\\") ? this.#escape() : code;
  }

  #escape(): number {
    const letter = this.#text[this.#at++] ?? "";
    const simple = escapes[letter];
    if (simple !== undefined) return simple;
    const length = hexDigits[letter];
    if (length === undefined) {
      if (/["\\[\]^-]/.test(letter)) return codeOf(letter);
      throw this.#wrong(`"\\${letter}" is no escape`);
    }
    const number = this.#text.slice(this.#at, this.#at + length);
    const code = new RegExp(`^[0-9A-Fa-f]{${length}}$`).test(number)
      ? Number.parseInt(number, 16)
      : -1;
    if (code < 0 || code > 0x10ffff)
      throw this.#wrong(`"\\${letter}" without its ${length} digits`);
    this.#at += length;
    return code;
  }

  #repetition(): readonly [number, number] | undefined {
    if (this.#takes("*")) return [0, Infinity];
    if (this.#takes("+")) return [1, Infinity];
    if (this.#takes("?")) return [0, 1];
    if (this.#text[this.#at] !== "{") return undefined;
    const found = /^\{\s*(\d{1,9})\s*(,?)\s*(\d{0,9})\s*\}/.exec(
      this.#text.slice(this.#at, this.#at + 60),
    );
    if (found === null) throw this.#wrong("a repetition is {m}, {m,} or {m,n}");
    this.#at += found[0].length;
    const [, least, comma, most] = found;
    const high = comma === "" ? Number(least) : most === "" ? Infinity : Number(most);
    if (high < Number(least)) throw this.#wrong("a repetition ends before it begins");
    return [Number(least), high];
  }

  /** Passes over blanks and comments; over lines' ends too where they mean nothing. */
  #blank(withLines: boolean): void {
    for (;;) {
      const character = this.#text[this.#at];
      if (character === "#") {
        const end = this.#text.indexOf("\n", this.#at);
        this.#at = end < 0 ? this.#text.length : end;
      } else if (character === " " || character === "\t") this.#at++;
      else if (withLines && (character === "\n" || character === "\r")) this.#at++;
      else return;
    }
  }

  #takes(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  get #place(): string {
    return `line ${this.#text.slice(0, this.#at).split("\n").length}`;
  }

  #wrong(what: string): Error {
    return malformed(this.#place, `not a grammar: ${what}`);
  }
}

export interface Grammar {
  readonly root: Rule;
  readonly rules: readonly Rule[];
}

export function readGrammar(expressions: Expressions, text: string): Grammar {
  if (text.length > longest) {
    throw tooLarge("grammar", `a grammar of ${text.length} characters: at most ${longest}`);
  }
  const reader = new Reader(expressions, text);
  const root = reader.whole();
  return { root, rules: [...reader.rules.values()] };
}
