import { allCharacters, type CharacterSet } from "../automata/characters.ts";
// From a read regular expression to an expression over bytes. What a character is written as is the caller's: as itself,
// or as JSON writes it within a string.
import { combine } from "../automata/combine.ts";
import type { Expression, Expressions } from "../automata/expressions.ts";
import { unsupported } from "../problems.ts";
import type { Pattern } from "./pattern.ts";

/** How the characters of a set are written. */
export type Writer = (set: CharacterSet) => Expression;

export interface PatternContext {
  readonly expressions: Expressions;
  readonly write: Writer;
  /** The pattern's place, for errors. */
  readonly field: string;
}

/**
 * What a pattern matches by the conditions that go with it: bit 0, that it stands at the text's beginning (^), bit 1,
 * that it stands at its end ($).
 */
type Variants = ReadonlyMap<number, Expression>;

const atStart = 1;
const atEnd = 2;

function collected(
  { expressions }: PatternContext,
  found: Iterable<readonly [number, Expression]>,
): Variants {
  const variants = new Map<number, Expression>();
  for (const [conditions, one] of found) {
    variants.set(
      conditions,
      expressions.choice([variants.get(conditions) ?? expressions.nothing, one]),
    );
  }
  return variants;
}

/** What comes before ^, and after $, is empty. */
function* follow(
  { expressions }: PatternContext,
  before: Variants,
  after: Variants,
): Generator<readonly [number, Expression]> {
  for (const [first, one] of before) {
    for (const [second, other] of after) {
      const isBeforeEmpty = (second & atStart) !== 0;
      const isAfterEmpty = (first & atEnd) !== 0;
      if ((isBeforeEmpty && !one.nullable) || (isAfterEmpty && !other.nullable)) continue;
      const left = isBeforeEmpty ? expressions.empty : one;
      const right = isAfterEmpty ? expressions.empty : other;
      yield [first | second, expressions.sequence(left, right)];
    }
  }
}

function variantsOf(pattern: Pattern, context: PatternContext): Variants {
  const { expressions, write, field } = context;
  switch (pattern.kind) {
    case "character":
      return new Map([[0, write(pattern.set)]]);
    case "start":
      return new Map([[atStart, expressions.empty]]);
    case "end":
      return new Map([[atEnd, expressions.empty]]);
    case "sequence":
      // From the right: expressions are nested so.
      return pattern.parts
        .map((part) => variantsOf(part, context))
        .reduceRight<Variants>(
          (after, before) => collected(context, follow(context, before, after)),
          new Map([[0, expressions.empty]]),
        );
    case "choice": {
      const options = pattern.options.flatMap((option) => [...variantsOf(option, context)]);
      return collected(context, options);
    }
    case "repeat": {
      const body = variantsOf(pattern.body, context);
      if ([...body.keys()].some((conditions) => conditions !== 0))
        throw unsupported(field, "^ or $ within a repetition");
      const once = body.get(0) ?? expressions.nothing;
      return new Map([[0, expressions.repeat(once, pattern.least, pattern.most)]]);
    }
    case "ahead":
      throw unsupported(field, "a lookahead that is not at the start, right after ^");
  }
}

/** Texts that hold the pattern somewhere. */
function found(pattern: Pattern, context: PatternContext): Expression {
  const { expressions, write } = context;
  const any = expressions.repeat(write(allCharacters), 0, Infinity);
  const options = [...variantsOf(pattern, context)].map(([conditions, one]) => {
    const before = (conditions & atStart) === 0 ? any : expressions.empty;
    const after = (conditions & atEnd) === 0 ? any : expressions.empty;
    return expressions.sequence(before, one, after);
  });
  return expressions.choice(options);
}

export interface Conditions {
  readonly all: readonly Expression[];
  readonly none: readonly Expression[];
}

/** Looks ahead at the beginning of a pattern, and what is behind them. */
function split(pattern: Pattern): { looks: (Pattern & { kind: "ahead" })[]; rest: Pattern } {
  const parts = pattern.kind === "sequence" ? pattern.parts : [pattern];
  const start = parts[0]?.kind === "start" ? 1 : 0;
  let end = start;
  const looks: (Pattern & { kind: "ahead" })[] = [];
  for (let part = parts[end]; part?.kind === "ahead"; part = parts[++end]) looks.push(part);
  const isLooking = looks.length > 0 && start === 1;
  const kept: Pattern[] = [{ kind: "start" }, ...parts.slice(end)];
  return isLooking
    ? { looks, rest: { kind: "sequence", parts: kept } }
    : { looks: [], rest: pattern };
}

/** As `found`, where looks ahead stand behind ^: each is a pattern of its own, to be found there too, or not. */
export function conditionsOf(pattern: Pattern, context: PatternContext): Conditions {
  const { looks, rest } = split(pattern);
  const seen = (isNegative: boolean): Expression[] =>
    looks
      .filter((look) => look.isNegative === isNegative)
      .map(({ body }) => found({ kind: "sequence", parts: [{ kind: "start" }, body] }, context));
  return { all: [found(rest, context), ...seen(false)], none: seen(true) };
}

/** Texts that the pattern describes from beginning to end. */
export function wholeText(pattern: Pattern, context: PatternContext): Expression {
  const parts = pattern.kind === "sequence" ? pattern.parts : [pattern];
  const start: Pattern[] = parts[0]?.kind === "start" ? [] : [{ kind: "start" }];
  const whole: Pattern = { kind: "sequence", parts: [...start, ...parts, { kind: "end" }] };
  return combine(context.expressions, conditionsOf(whole, context));
}
