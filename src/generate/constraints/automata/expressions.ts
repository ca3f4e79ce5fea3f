// What may be written, as expressions over bytes: sequences, choices, repetitions with bounds, and rules that may name
// each other (so more than regular languages). Equal expressions are one object. Not what reads them: machine.ts.
import { tooLarge } from "../problems.ts";
import {
  allCharacters,
  type ByteRange,
  byteSequences,
  type CharacterSet,
  codeOf,
  covers,
  intersection,
  plainCharacters,
} from "./characters.ts";
import { limits } from "./limits.ts";

interface Common {
  readonly id: number;
  /** The empty text is one of its texts. */
  nullable: boolean;
  /** It has a text at all. */
  productive: boolean;
  /** Exactly one character, as text may hold it. */
  isCharacter: boolean;
  /** Exactly one character, any of `plainCharacters` among them. */
  coversPlain: boolean;
}

export interface Bytes extends Common {
  readonly kind: "bytes";
  readonly ranges: readonly ByteRange[];
}
export interface Sequence extends Common {
  readonly kind: "sequence";
  readonly first: Expression;
  readonly second: Expression;
}
export interface Choice extends Common {
  readonly kind: "choice";
  readonly options: readonly Expression[];
}
export interface Repeat extends Common {
  readonly kind: "repeat";
  readonly body: Expression;
  readonly least: number;
  readonly most: number;
}
/** A name for an expression that is known later, maybe in terms of itself. */
export interface Rule extends Common {
  readonly kind: "rule";
  readonly name: string;
  body: Expression | undefined;
}
export interface Empty extends Common {
  readonly kind: "empty";
}
export type Expression = Bytes | Sequence | Choice | Repeat | Rule | Empty;

/** Where texts that begin alike go apart. */
interface Branch {
  /** Characters before it, and branches. */
  at: number;
  level: number;
}

type Parts<Kind> = Kind extends Expression ? Omit<Kind, keyof Common> : never;

/** Choices within choices are one, but for long ones: a chain of them would be written out again at each link. */
const mostFlattened = 8;

const facts = { nullable: false, productive: true, isCharacter: false, coversPlain: false };

export class Expressions {
  /** In the order in which they were made: parts before wholes, but for rules. */
  readonly all: Expression[] = [];
  readonly #known = new Map<string, Expression>();
  readonly #letters = new Map<number, Expression>();
  readonly #alphabet: CharacterSet;
  readonly empty: Expression;
  /** Has no text. */
  readonly nothing: Expression;

  /** `alphabet`: characters that the vocabulary can write. */
  constructor(alphabet: CharacterSet = allCharacters) {
    this.#alphabet = alphabet;
    this.empty = this.#intern("e", { kind: "empty" }, { nullable: true });
    this.nothing = this.#intern("c", { kind: "choice", options: [] }, { productive: false });
  }

  bytes(ranges: readonly ByteRange[]): Expression {
    return this.#intern(`b${ranges.join(";")}`, { kind: "bytes", ranges }, {});
  }

  sequence(...parts: readonly Expression[]): Expression {
    return this.#sequence(parts);
  }

  #sequence(parts: readonly Expression[]): Expression {
    return parts.reduceRight((second, first) => this.#joined(first, second), this.empty);
  }

  choice(options: readonly Expression[]): Expression {
    const flat = options.flatMap((one) =>
      one.kind === "choice" && !one.isCharacter && one.options.length <= mostFlattened
        ? one.options
        : [one],
    );
    const distinct = [...new Set(flat)];
    if (distinct.length === 1 && distinct[0] !== undefined) return distinct[0];
    const key = `c${distinct.map(({ id }) => id).join(",")}`;
    return this.#intern(
      key,
      { kind: "choice", options: distinct },
      {
        nullable: distinct.some((one) => one.nullable),
        productive: distinct.some((one) => one.productive),
      },
    );
  }

  optional(body: Expression): Expression {
    return this.choice([body, this.empty]);
  }

  repeat(body: Expression, least: number, most: number): Expression {
    if (most === 0 || body === this.empty) return this.empty;
    if (least === 1 && most === 1) return body;
    if (body === this.nothing) return least === 0 ? this.empty : this.nothing;
    return this.#intern(
      `r${body.id},${least},${most}`,
      { kind: "repeat", body, least, most },
      {
        nullable: least === 0 || body.nullable,
        productive: least === 0 || body.productive,
      },
    );
  }

  rule(name: string): Rule {
    return this.#add({ kind: "rule", name, body: undefined }, {}) as Rule;
  }

  /** One character of the set, as UTF-8. */
  character(set: CharacterSet): Expression {
    const written = intersection(set, this.#alphabet);
    return this.asCharacter(this.#tree([...byteSequences(written)]), set);
  }

  /** Marks an expression as a writing of single characters, those of the set. */
  asCharacter(expression: Expression, set: CharacterSet): Expression {
    if (expression.kind === "empty" || !expression.productive) return expression;
    expression.isCharacter = true;
    expression.coversPlain = covers(set, intersection(plainCharacters, this.#alphabet));
    return expression;
  }

  text(text: string): Expression {
    if (text.length > limits.text)
      throw tooLarge("", `a text of ${text.length} characters: at most ${limits.text}`);
    return this.#sequence(Array.from(text, (one) => this.#letter(one)));
  }

  #letter(letter: string): Expression {
    const code = codeOf(letter);
    let made = this.#letters.get(code);
    if (made === undefined) this.#letters.set(code, (made = this.character([[code, code]])));
    return made;
  }

  /** One of these texts; beginnings that they share are read once. */
  oneOf(texts: readonly string[]): Expression {
    return this.#sharedText(
      [...new Set(texts)].map((one) => Array.from(one)),
      { at: 0, level: 0 },
    );
  }

  #sharedText(texts: readonly string[][], { at, level }: Branch): Expression {
    if (level > limits.branches)
      throw tooLarge(
        "",
        `more than ${limits.branches} texts of which each begins with the one before`,
      );
    const [only] = texts;
    if (texts.length === 1 && only !== undefined) return this.text(only.slice(at).join(""));
    const groups = new Map<string, string[][]>();
    for (const one of texts) {
      const letter = one[at] ?? "";
      const group = groups.get(letter);
      if (group === undefined) groups.set(letter, [one]);
      else group.push(one);
    }
    const options = [...groups].map(([letter, group]) =>
      letter === "" ? this.empty : this.#sharedBeginning(group, { at, level }),
    );
    return this.choice(options);
  }

  /** Texts that have a letter in common, and maybe more. */
  #sharedBeginning(texts: readonly string[][], { at, level }: Branch): Expression {
    const [first = [], ...others] = texts;
    let end = at + 1;
    while (end < first.length && others.every((one) => one[end] === first[end])) end += 1;
    const behind = this.#sharedText(texts, { at: end, level: level + 1 });
    return this.#joined(this.text(first.slice(at, end).join("")), behind);
  }

  /** Sequences that begin alike become one beginning with a choice behind it. */
  #tree(sequences: readonly (readonly ByteRange[])[]): Expression {
    const groups = new Map<string, (readonly ByteRange[])[]>();
    for (const one of sequences) {
      const key = String(one[0]);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [one]);
      else group.push(one);
    }
    const heads = new Map<Expression, ByteRange[]>();
    for (const group of groups.values()) {
      const [head] = group[0] ?? [];
      const tails = group.map((one) => one.slice(1)).filter((tail) => tail.length > 0);
      const behind = tails.length === 0 ? this.empty : this.#tree(tails);
      if (head !== undefined) heads.set(behind, [...(heads.get(behind) ?? []), head]);
    }
    const options = [...heads].map(([behind, ranges]) => this.sequence(this.bytes(ranges), behind));
    return options.length === 0 ? this.nothing : this.choice(options);
  }

  /** Nested to the right, whatever way it was put together: one form, one object. */
  #joined(first: Expression, second: Expression): Expression {
    const parts: Expression[] = [];
    let rest = first;
    // what is first in a sequence is none, and a long text is a long chain
    for (; rest.kind === "sequence" && !rest.isCharacter; rest = rest.second)
      parts.push(rest.first);
    return [...parts, rest].reduceRight((after, one) => this.#pair(one, after), second);
  }

  #pair(first: Expression, second: Expression): Expression {
    if (first === this.empty) return second;
    if (second === this.empty) return first;
    if (first === this.nothing || second === this.nothing) return this.nothing;
    return this.#intern(
      `s${first.id},${second.id}`,
      { kind: "sequence", first, second },
      {
        nullable: first.nullable && second.nullable,
        productive: first.productive && second.productive,
      },
    );
  }

  #intern(key: string, parts: Parts<Expression>, known: Partial<Common>): Expression {
    const found = this.#known.get(key);
    if (found !== undefined) return found;
    const made = this.#add(parts, known);
    this.#known.set(key, made);
    return made;
  }

  #add(parts: Parts<Expression>, known: Partial<Common>): Expression {
    if (this.all.length >= limits.expressions) {
      throw tooLarge("", `a constraint of more than ${limits.expressions} parts`);
    }
    const made = { id: this.all.length, ...facts, ...known, ...parts } as Expression;
    this.all.push(made);
    return made;
  }
}
