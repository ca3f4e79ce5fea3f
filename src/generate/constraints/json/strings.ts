import {
  allCharacters,
  characterSet,
  type CharacterSet,
  difference,
  intersection,
} from "../automata/characters.ts";
// Strings as JSON writes them: characters as they are but for the few that must be escaped, each in the one way that
// JSON.stringify has for it. Lengths count characters, patterns see the text and not its escapes.
import { combine } from "../automata/combine.ts";
import type { Expression, Expressions } from "../automata/expressions.ts";
import { limits } from "../automata/limits.ts";
import { tooLarge } from "../problems.ts";
import { conditionsOf, type PatternContext, type Writer } from "../regex/compile.ts";
import { lengthsOf, type Pattern } from "../regex/pattern.ts";
import { readPattern } from "../regex/read.ts";
import { formatPattern } from "./formats.ts";
import type { Placed, Range, Shape } from "./shape.ts";

const escaped: CharacterSet = characterSet([
  [0, 0x1f],
  [0x22, 0x22],
  [0x5c, 0x5c],
]);

/** Within quotes. */
export function textWithin(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

export class Strings {
  readonly #expressions: Expressions;
  readonly #written = new Map<string, Expression>();
  readonly #anyCharacter: Expression;

  constructor(expressions: Expressions) {
    this.#expressions = expressions;
    this.#anyCharacter = this.character(allCharacters);
  }

  /** A string that may hold anything. */
  get any(): Expression {
    return this.quoted(this.#expressions.repeat(this.#anyCharacter, 0, Infinity));
  }

  quoted(contents: Expression): Expression {
    const quote = this.#expressions.text('"');
    return this.#expressions.sequence(quote, contents, quote);
  }

  text(text: string): Expression {
    return this.#expressions.text(JSON.stringify(text));
  }

  /** One character of the set, as it is written between quotes. */
  character(set: CharacterSet): Expression {
    const key = String(set);
    let made = this.#written.get(key);
    if (made === undefined) {
      const plain = this.#expressions.character(difference(set, escaped));
      const others = intersection(set, escaped).flatMap(([first, last]) =>
        Array.from({ length: last - first + 1 }, (_, at) => String.fromCodePoint(first + at)),
      );
      const escapes = this.#expressions.oneOf(others.map(textWithin));
      const options = others.length === 0 ? [plain] : [plain, escapes];
      made = this.#expressions.asCharacter(this.#expressions.choice(options), set);
      this.#written.set(key, made);
    }
    return made;
  }

  /** What may stand between the quotes; `nothing` where the shape's strings contradict each other. */
  contents(shape: Shape, without: readonly string[] = []): Expression {
    const read = shape.patterns.map((one) => ({
      ...one,
      pattern: readPattern(one.value, one.path),
    }));
    const formats = shape.formats.flatMap(({ value, path }) => {
      const pattern = formatPattern(value);
      return pattern === undefined ? [] : [{ value, path, pattern }];
    });
    const all = [...read, ...formats];
    const conditions = all.map((one) => conditionsOf(one.pattern, this.#context(one)));
    const against = shape.noPatterns.map((one) =>
      conditionsOf(readPattern(one.value, one.path), this.#context(one)),
    );
    const length = this.#lengths(shape.length);
    const matched = conditions.flatMap((one) => one.all);
    const simple = conditions.length === 1 && matched.length === 1 ? matched[0] : undefined;
    const within = simple === undefined ? undefined : this.#cut(simple, shape.length);
    const isBound = all.some(({ pattern }) => isWithin(pattern, shape.length));
    const positive = within === undefined ? [...matched, ...(isBound ? [] : [length])] : [within];
    const names = without.length === 0 ? [] : [this.#expressions.oneOf(without.map(textWithin))];
    const refused = [
      ...conditions.flatMap((one) => one.none),
      ...against.flatMap((one) => this.#both(one)),
      ...names,
    ];
    return combine(this.#expressions, { all: positive, none: refused });
  }

  /** What a pattern with its looks ahead matches, as one expression. */
  #both({ all, none }: { all: readonly Expression[]; none: readonly Expression[] }): Expression[] {
    return [combine(this.#expressions, { all, none })];
  }

  #context({ path }: Placed<string>): PatternContext {
    const write: Writer = (set) => this.character(set);
    return { expressions: this.#expressions, write, field: path };
  }

  #lengths({ least, most, path }: Range): Expression {
    const highest = most === Infinity ? least : most;
    if (highest > limits.characters) {
      throw tooLarge(path, `a length of ${highest}: at most ${limits.characters}`);
    }
    if (least > most) return this.#expressions.nothing;
    return this.#expressions.repeat(this.#anyCharacter, least, most);
  }

  /** A repetition of single characters takes a length as its bounds. */
  #cut(matched: Expression, { least, most }: Range): Expression | undefined {
    if (matched.kind !== "repeat" || !matched.body.isCharacter) return undefined;
    const [low, high] = [Math.max(least, matched.least), Math.min(most, matched.most)];
    return low > high
      ? this.#expressions.nothing
      : this.#expressions.repeat(matched.body, low, high);
  }
}

/** Whether all that the pattern matches has one of these lengths already. */
function isWithin(pattern: Pattern, { least, most }: Range): boolean {
  if (least === 0 && most === Infinity) return true;
  const parts = pattern.kind === "sequence" ? pattern.parts : [pattern];
  const isWhole = parts[0]?.kind === "start" && parts.at(-1)?.kind === "end";
  const [shortest, longest] = lengthsOf(pattern);
  return shortest >= least && (most === Infinity || (isWhole && longest <= most));
}
