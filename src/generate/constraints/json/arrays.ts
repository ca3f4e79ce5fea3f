// Arrays: what stands at each place, how many, and what must be among them.
import type { Expression, Expressions } from "../automata/expressions.ts";
import { tooLarge, unsupported } from "../problems.ts";
import { finiteTexts } from "./finite.ts";
import type { Located, Schema } from "./schema.ts";
import type { ArrayLayer, Shape } from "./shape.ts";

/** What arrays need of the compiler. */
export interface ItemWriter {
  readonly expressions: Expressions;
  value(schemas: readonly Located[]): Expression;
  not(schema: Schema): Schema;
  /** Notes why there is no value. */
  conflict(path: string, message: string): void;
}

/** Distinct values that are counted by which of them have been written. */
const mostDistinct = 8;
/** Places that are counted one by one. */
const mostPlaces = 2000;

/** What holds at a place. */
function schemasAt(layers: readonly ArrayLayer[], place: number): Located[] {
  return layers.flatMap(({ first, others }) => first[place] ?? others ?? []);
}

class Places {
  readonly #writer: ItemWriter;
  readonly #shape: Shape;
  /** Places that have schemas of their own. */
  readonly #own: number;
  readonly #most: number;
  readonly #tail: Expression;

  constructor(writer: ItemWriter, shape: Shape) {
    this.#writer = writer;
    this.#shape = shape;
    const { arrays, items } = shape;
    this.#own = Math.max(0, ...arrays.map(({ first }) => first.length));
    // Where places are listed and nothing is said of more, there are no more, unless more are asked for.
    const isOpen = this.#own === 0 || arrays.some(({ others }) => others !== undefined);
    const most = isOpen ? items.most : Math.min(items.most, Math.max(this.#own, items.least));
    this.#most = most;
    this.#tail = most > this.#own ? this.#at(this.#own) : writer.expressions.nothing;
  }

  #at(place: number): Expression {
    return this.#writer.value(schemasAt(this.#shape.arrays, place));
  }

  /** Everything between the brackets. */
  contents(): Expression {
    const { expressions } = this.#writer;
    const own = Math.min(this.#own, this.#most);
    let rest = this.#afterOwn();
    for (let place = own - 1; place >= 0; place--) {
      const comma = expressions.text(place === 0 ? "" : ",");
      const from = expressions.sequence(comma, this.#at(place), rest);
      rest = place < this.#shape.items.least ? from : expressions.optional(from);
    }
    return rest;
  }

  #afterOwn(): Expression {
    const { expressions } = this.#writer;
    const least = Math.max(0, this.#shape.items.least - this.#own);
    const most = Math.max(0, this.#most - this.#own);
    if (this.#own > 0) return repeated(expressions, this.#tail, least, most, ",");
    return commaSeparated(expressions, this.#tail, least, most);
  }
}

function repeated(
  expressions: Expressions,
  item: Expression,
  least: number,
  most: number,
  before: string,
): Expression {
  return expressions.repeat(expressions.sequence(expressions.text(before), item), least, most);
}

/** Items with commas between. */
export function commaSeparated(
  expressions: Expressions,
  item: Expression,
  least: number,
  most: number,
): Expression {
  if (most === 0) return expressions.empty;
  const rest = repeated(expressions, item, Math.max(0, least - 1), most - 1, ",");
  const some = expressions.sequence(item, rest);
  return least === 0 ? expressions.optional(some) : some;
}

/** Arrays of values that are all different: of a few values that can be listed. */
function distinct(writer: ItemWriter, shape: Shape, path: string): Expression {
  const { expressions } = writer;
  const item = writer.value(schemasAt(shape.arrays, 0));
  const hasPlaces = shape.arrays.some(({ first }) => first.length > 0);
  const texts = hasPlaces ? undefined : finiteTexts(expressions, item, 64);
  if (texts === undefined || texts.length > mostDistinct) {
    const hint = `leave it out, or list at most ${mostDistinct} values with enum`;
    throw unsupported(path, "uniqueItems for items that are not a short list of values", hint);
  }
  const made = new Map<number, Expression>();
  const after = (used: number, count: number): Expression => {
    const known = made.get(used);
    if (known !== undefined) return known;
    const more = texts.flatMap((text, at) => {
      if ((used & (1 << at)) !== 0 || count >= shape.items.most) return [];
      const comma = count === 0 ? "" : ",";
      return [
        expressions.sequence(expressions.text(comma + text), after(used | (1 << at), count + 1)),
      ];
    });
    const end = count >= shape.items.least ? [expressions.empty] : [];
    const all = expressions.choice([...end, ...more]);
    made.set(used, all);
    return all;
  };
  return after(0, 0);
}

/** Arrays of which some items must be of a kind: counted up to the number that is asked for. */
class Containing {
  readonly #expressions: Expressions;
  readonly #wanted: Expression;
  readonly #plain: Expression;
  readonly #items: Shape["items"];
  readonly #layer: ArrayLayer;
  /** Numbers above these are not told apart. */
  readonly #counted: number;
  readonly #enough: number;
  readonly #made = new Map<string, Expression>();

  constructor(writer: ItemWriter, shape: Shape, layer: ArrayLayer, contains: Located) {
    const { least, most } = shape.items;
    const { leastContained, mostContained } = layer;
    this.#expressions = writer.expressions;
    this.#items = shape.items;
    this.#layer = layer;
    this.#counted = most === Infinity ? least : most;
    this.#enough = mostContained === Infinity ? leastContained : mostContained;
    if ((this.#counted + 1) * (this.#enough + 1) > mostPlaces)
      throw tooLarge(contains.path, "contains with so many items to count");
    const others = schemasAt(shape.arrays, 0);
    this.#wanted = writer.value([...others, contains]);
    const not: Located = { schema: writer.not(contains.schema), path: contains.path };
    // Where no more may be wanted ones, the rest must be none.
    this.#plain = writer.value(mostContained === Infinity ? others : [...others, not]);
  }

  /** What may follow so many items, of which so many are wanted ones. */
  after(count: number, found: number, isFirst: boolean): Expression {
    const key = `${count},${found},${isFirst}`;
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const rule = this.#expressions.rule("contains");
    this.#made.set(key, rule);
    const isEnd = count >= this.#items.least && found >= this.#layer.leastContained;
    const more = count >= this.#items.most ? [] : this.#more(count, found, isFirst);
    rule.body = this.#expressions.choice([...(isEnd ? [this.#expressions.empty] : []), ...more]);
    return rule;
  }

  #more(count: number, found: number, isFirst: boolean): Expression[] {
    const comma = this.#expressions.text(isFirst ? "" : ",");
    const next = Math.min(count + 1, this.#counted);
    const plain = [comma, this.#plain, this.after(next, found, false)];
    const all = [this.#expressions.sequence(...plain)];
    if (found >= this.#layer.mostContained) return all;
    const rest = this.after(next, Math.min(found + 1, this.#enough), false);
    return [...all, this.#expressions.sequence(comma, this.#wanted, rest)];
  }
}

function containing(
  writer: ItemWriter,
  shape: Shape,
  layer: ArrayLayer,
  contains: Located,
): Expression {
  const hasPlaces = shape.arrays.some(({ first }) => first.length > 0);
  if (hasPlaces || shape.arrays.filter((one) => one.contains !== undefined).length > 1)
    throw unsupported(
      contains.path,
      "contains together with a list of item schemas, or contains twice",
    );
  return new Containing(writer, shape, layer, contains).after(0, 0, true);
}

/** `nothing` where no array is possible. */
export function arrayExpression(writer: ItemWriter, shape: Shape): Expression {
  const { expressions } = writer;
  const { least, most, path } = shape.items;
  if (least > most) {
    writer.conflict(path, `at least ${least} items and at most ${most}`);
    return expressions.nothing;
  }
  const contents = contentsOf(writer, shape);
  return expressions.sequence(expressions.text("["), contents, expressions.text("]"));
}

function contentsOf(writer: ItemWriter, shape: Shape): Expression {
  const layer = shape.arrays.find(({ contains, leastContained, mostContained }) => {
    const saysNothing = leastContained === 0 && mostContained === Infinity;
    return contains !== undefined && !saysNothing;
  });
  const isUnique = shape.unique !== undefined && shape.items.most > 1;
  if (layer?.contains !== undefined) {
    if (isUnique) throw unsupported(shape.unique ?? "", "uniqueItems with contains");
    return containing(writer, shape, layer, layer.contains);
  }
  if (isUnique) return distinct(writer, shape, shape.unique ?? "");
  if (shape.items.least > mostPlaces * 10) {
    throw tooLarge(shape.items.path, `at least ${shape.items.least} items`);
  }
  return new Places(writer, shape).contents();
}
