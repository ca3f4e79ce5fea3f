// Numbers within bounds, and multiples of a number, digit by digit. Written as JavaScript prints them: no zeros in front
// or at the end, no exponent, at most 15 digits, so that every one is read back as it was written.
import type { Expression, Expressions } from "../automata/expressions.ts";
import { limits } from "../automata/limits.ts";
import { tooLarge } from "../problems.ts";
import { Decimal, leastCommonMultiple } from "./decimal.ts";
import type { Placed } from "./shape.ts";

/** What a double holds whatever they are. */
const mostDigits = 15;
/** JavaScript writes smaller numbers with an exponent. */
const mostLeadingZeros = 5;
/** Remainders that are counted. */
const largestMultiple = 20_000n;

export interface NumberRange {
  readonly low: Limit | undefined;
  readonly high: Limit | undefined;
  readonly multiples: readonly Placed<Decimal>[];
  readonly isInteger: boolean;
}

interface Limit {
  readonly value: Decimal;
  readonly isExclusive: boolean;
}

/** Multiples of `step` divided by 10 to the power of `scale`. */
interface Grid {
  readonly step: number;
  readonly scale: number;
}

const everyNumber: Grid = { step: 1, scale: mostDigits };
const zero: Limit = { value: new Decimal(false, "0", ""), isExclusive: false };

function gridOf({ multiples, isInteger }: NumberRange): Grid {
  const scale = Math.max(0, ...multiples.map(({ value }) => value.fraction.length));
  const own = multiples.map(({ value }) => value.scaled(scale));
  const all = isInteger ? [...own, 10n ** BigInt(scale)] : own;
  if (all.length === 0) return everyNumber;
  const step = leastCommonMultiple(all);
  if (step > largestMultiple) {
    throw tooLarge(
      multiples[0]?.path ?? "",
      `multiples of ${step}: at most ${largestMultiple} are counted`,
    );
  }
  return { step: Number(step), scale };
}

/** Where a number has got to. Low and high: whether the bound's own digits have been written so far. */
interface Position {
  /** Digits still to come before the point. */
  left: number;
  /** Digits written behind the point. */
  behind: number;
  atLow: boolean;
  atHigh: boolean;
  remainder: number;
  /** Only zeros so far. */
  isZero: boolean;
  /** Digits that may still come behind the point. */
  room: number;
}

/** Numbers that are not negative, between two that are not. */
class Digits {
  readonly #expressions: Expressions;
  readonly #low: Limit;
  readonly #high: Limit | undefined;
  readonly #grid: Grid;
  readonly #made = new Map<string, Expression>();

  constructor(expressions: Expressions, low: Limit, high: Limit | undefined, grid: Grid) {
    this.#expressions = expressions;
    this.#low = low;
    this.#high = high;
    this.#grid = grid;
  }

  numbers(): Expression {
    const least = this.#low.value.whole.length;
    const most = Math.min(mostDigits, this.#high?.value.whole.length ?? mostDigits);
    const options: Expression[] = [];
    for (let length = least; length <= most; length++) options.push(this.#ofLength(length));
    return this.#expressions.choice(options);
  }

  #ofLength(length: number): Expression {
    const atLow = length === this.#low.value.whole.length;
    const atHigh = length === this.#high?.value.whole.length;
    const start = { left: length, behind: 0, atLow, atHigh, remainder: 0, isZero: true, room: 0 };
    const room = Math.min(this.#grid.scale, mostDigits - length);
    const plain = this.#digits({ ...start, room }, length === 1 ? 1 : 1, 9);
    if (length > 1) return plain;
    // A zero before the point is none of the fifteen.
    const wide = Math.min(this.#grid.scale, mostDigits);
    return this.#expressions.choice([this.#digits({ ...start, room: wide }, 0, 0), plain]);
  }

  /** The next digit within these, and all that follows it. */
  #digits(at: Position, from: number, to: number): Expression {
    const groups = new Map<Expression, [number, number][]>();
    for (let digit = from; digit <= to; digit++) {
      const next = this.#after(at, digit);
      const rest = next === undefined ? this.#expressions.nothing : this.#rest(next, digit);
      if (rest !== this.#expressions.nothing)
        groups.set(rest, [...(groups.get(rest) ?? []), [digit, digit]]);
    }
    const options = [...groups].map(([rest, digits]) =>
      this.#expressions.sequence(this.#digitOf(digits), rest),
    );
    return this.#expressions.choice(options);
  }

  #digitOf(digits: readonly [number, number][]): Expression {
    return this.#expressions.character(digits.map(([a, b]): [number, number] => [48 + a, 48 + b]));
  }

  /** Undefined where the digit leads out of the bounds. */
  #after(at: Position, digit: number): Position | undefined {
    const lowDigit = this.#digitAt(this.#low.value, at);
    const highDigit = this.#high === undefined ? 9 : this.#digitAt(this.#high.value, at);
    if ((at.atLow && digit < lowDigit) || (at.atHigh && digit > highDigit)) return undefined;
    const isBehind = at.left === 0;
    return {
      left: isBehind ? 0 : at.left - 1,
      behind: isBehind ? at.behind + 1 : 0,
      atLow: at.atLow && digit === lowDigit,
      atHigh: at.atHigh && digit === highDigit,
      remainder: (at.remainder * 10 + digit) % this.#grid.step,
      isZero: at.isZero && digit === 0,
      room: isBehind ? at.room - 1 : at.room,
    };
  }

  #digitAt({ whole, fraction }: Decimal, { left, behind }: Position): number {
    const text = left > 0 ? whole[whole.length - left] : fraction[behind];
    return Number(text ?? "0");
  }

  /** What follows a digit: more digits, the point, or nothing. */
  #rest(at: Position, digit: number): Expression {
    const { left, behind, atLow, atHigh, remainder, isZero, room } = at;
    const endsInZero = behind > 0 && digit === 0;
    const key = [left, behind, +atLow, +atHigh, remainder, +isZero, room, +endsInZero].join();
    let made = this.#made.get(key);
    if (made === undefined) {
      if (this.#made.size > limits.combinedStates)
        throw tooLarge("", "multiples of this number within these bounds");
      this.#made.set(key, (made = this.#make(at, endsInZero)));
    }
    return made;
  }

  #make(at: Position, endsInZero: boolean): Expression {
    const { empty, nothing } = this.#expressions;
    if (at.left > 0) return this.#digits(at, 0, 9);
    const end = !endsInZero && this.#mayEnd(at) ? empty : nothing;
    if (at.room <= 0 || (at.isZero && at.behind > mostLeadingZeros)) return end;
    const more = this.#digits(at, 0, 9);
    const point = this.#expressions.text(at.behind === 0 ? "." : "");
    return this.#expressions.choice([end, this.#expressions.sequence(point, more)]);
  }

  #mayEnd({ behind, atLow, atHigh, remainder }: Position): boolean {
    const { value: low, isExclusive: isAbove } = this.#low;
    if (atLow && (low.fraction.length > behind || isAbove)) return false;
    const isAtHigh =
      atHigh && this.#high !== undefined && this.#high.value.fraction.length <= behind;
    if (isAtHigh && this.#high?.isExclusive === true) return false;
    if (this.#grid === everyNumber) return true;
    let scaled = remainder;
    for (let digit = behind; digit < this.#grid.scale; digit++)
      scaled = (scaled * 10) % this.#grid.step;
    return scaled === 0;
  }
}

/** `nothing` where no number of fifteen digits is within the bounds. */
export function numberExpression(expressions: Expressions, range: NumberRange): Expression {
  const grid = gridOf(range);
  const { low, high } = range;
  const options: Expression[] = [];
  if (high === undefined || !high.value.isNegative) {
    const from = low === undefined || low.value.isNegative ? zero : low;
    options.push(new Digits(expressions, from, high, grid).numbers());
  }
  if (low === undefined || low.value.isNegative) {
    // No zero with a sign.
    const from = high?.value.isNegative === true ? negated(high) : { ...zero, isExclusive: true };
    const to = low === undefined ? undefined : negated(low);
    const below = new Digits(expressions, from, to, grid).numbers();
    options.push(expressions.sequence(expressions.text("-"), below));
  }
  return expressions.choice(options);
}

function negated({ value, isExclusive }: Limit): Limit {
  return { value: value.negated(), isExclusive };
}

/** Whether a number that need not be written as above is within the range. */
export function isInRange(value: Decimal, range: NumberRange): boolean {
  const { low, high, multiples, isInteger } = range;
  const toLow = low === undefined ? 1 : value.compare(low.value);
  const toHigh = high === undefined ? -1 : value.compare(high.value);
  if (toLow < 0 || (toLow === 0 && low?.isExclusive === true)) return false;
  if (toHigh > 0 || (toHigh === 0 && high?.isExclusive === true)) return false;
  if (isInteger && value.fraction !== "") return false;
  return multiples.every((multiple) => isMultiple(value, multiple.value));
}

function isMultiple(value: Decimal, factor: Decimal): boolean {
  const scale = Math.max(value.fraction.length, factor.fraction.length);
  return value.scaled(scale) % factor.scaled(scale) === 0n;
}
