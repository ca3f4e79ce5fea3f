// From a schema to an expression: each set of schemas that hold together at a place is one rule, so that schemas may
// refer to themselves. Kinds of values are beside this file: numbers, strings, arrays, objects.
import { FtError } from "../../../core/errors.ts";
import type { CharacterSet } from "../automata/characters.ts";
import { combine } from "../automata/combine.ts";
import type { Expression, Expressions, Rule } from "../automata/expressions.ts";
import { limits } from "../automata/limits.ts";
import { tooLarge, unsupported } from "../problems.ts";
import { Alternatives, type Conflict, type Conjunction } from "./alternatives.ts";
import { areApart } from "./apart.ts";
import { arrayExpression } from "./arrays.ts";
import { decimal } from "./decimal.ts";
import { holds, holdsShape, kindOf, type ValueContext } from "./holds.ts";
import { numberExpression } from "./numbers.ts";
import { objectExpression, type PropertyWriter } from "./objects.ts";
import { isObject, type Located, type Schema, type SchemaSource } from "./schema.ts";
import { type Bound, type Kind, kinds, type Shape, shapeOf } from "./shape.ts";
import { Strings } from "./strings.ts";

export class SchemaCompiler implements PropertyWriter, ValueContext {
  readonly expressions: Expressions;
  readonly strings: Strings;
  readonly #source: SchemaSource;
  readonly #alternatives: Alternatives;
  readonly #rules = new Map<string, Rule>();
  #any: Expression | undefined;
  #depth = 0;

  constructor(expressions: Expressions, source: SchemaSource) {
    this.expressions = expressions;
    this.#source = source;
    this.strings = new Strings(expressions);
    this.#alternatives = new Alternatives(source, (a, b) => areApart(a, b, this));
  }

  get conflicts(): readonly Conflict[] {
    return this.#alternatives.conflicts;
  }

  /** A value that keeps to all of these. */
  value(schemas: readonly Located[]): Expression {
    const asked = schemas.filter(({ schema }) => schema !== true);
    if (asked.length === 0) return this.any();
    const numbers = new Set(asked.map((one) => this.#source.numberOf(one)));
    const key = [...numbers].sort((a, b) => a - b).join(",");
    const known = this.#rules.get(key);
    if (known !== undefined) return known.body ?? known;
    this.#requireRoom(asked[0]?.path ?? "#");
    const rule = this.expressions.rule(key);
    this.#rules.set(key, rule);
    this.#depth++;
    rule.body = this.#choice(asked);
    this.#depth--;
    return rule.body;
  }

  #requireRoom(path: string): void {
    if (this.#depth >= limits.depth) throw tooLarge(path, `more than ${limits.depth} levels`);
    if (this.#rules.size >= limits.places)
      throw tooLarge(path, `more than ${limits.places} places`);
  }

  #choice(schemas: readonly Located[]): Expression {
    const options = this.alternatives(schemas).map((parts) => this.#shaped(shapeOf(parts)));
    return this.expressions.choice(options);
  }

  alternatives(schemas: readonly Located[]): readonly Conjunction[] {
    return this.#alternatives.of(schemas);
  }

  not(schema: Schema): Schema {
    return this.#alternatives.not(schema);
  }

  conflict(path: string, message: string): void {
    this.#alternatives.conflicts.push({ path, message });
  }

  holds(value: unknown, schemas: readonly Located[]): boolean {
    return holds(value, schemas, this);
  }

  character(set: CharacterSet): Expression {
    return this.strings.character(set);
  }

  quoted(contents: Expression): Expression {
    return this.strings.quoted(contents);
  }

  stringContents(schemas: readonly Located[]): Expression {
    const options = this.alternatives(schemas).map((parts) => {
      const shape = shapeOf(parts);
      if (!shape.kinds.has("string")) return this.expressions.nothing;
      if (shape.values === undefined) return this.#stringContents(shape);
      const texts = [...shape.values.value.values()].filter((one) => typeof one === "string");
      const kept = texts.filter((one) => holdsShape(one, shape, this));
      return this.expressions.oneOf(kept.map((one) => JSON.stringify(one).slice(1, -1)));
    });
    return this.expressions.choice(options);
  }

  /** Any value at all. */
  any(): Expression {
    if (this.#any !== undefined) return this.#any;
    const rule = this.expressions.rule("any");
    this.#any = rule;
    const shape = shapeOf([]);
    rule.body = this.expressions.choice(kinds.map((kind) => this.#ofKind(kind, shape)));
    return rule;
  }

  #shaped(shape: Shape): Expression {
    if (shape.values !== undefined)
      return this.#enumerated(shape, [...shape.values.value.values()]);
    const isOpen = shape.kindsPath === undefined && shape.mentioned.size > 0;
    const wanted = [...shape.kinds].filter((kind) => !isOpen || shape.mentioned.has(kind));
    const found = this.#ofKinds(wanted, shape);
    // Keywords of one kind say what is meant; only where they leave nothing, it is another kind.
    const isNothing = found === this.expressions.nothing;
    const rest =
      isOpen && isNothing ? [...shape.kinds].filter((kind) => !wanted.includes(kind)) : [];
    if (isNothing && rest.length === 0) this.#noteNothing(shape);
    return rest.length === 0 ? found : this.#ofKinds(rest, shape);
  }

  #noteNothing(shape: Shape): void {
    const at = shape.kindsPath ?? shape.path;
    if (shape.kinds.size === 0) this.conflict(at, "no type is left that all schemas here allow");
    else this.conflict(shape.path, "no value is left that all keywords here allow");
  }

  #ofKinds(wanted: readonly Kind[], shape: Shape): Expression {
    return this.expressions.choice(wanted.map((kind) => this.#ofKind(kind, shape)));
  }

  #ofKind(kind: Kind, shape: Shape): Expression {
    try {
      return this.#written(kind, shape);
    } catch (error) {
      // Automata do not know whose they are.
      throw error instanceof FtError ? error.placedAt({ field: shape.path }) : error;
    }
  }

  #written(kind: Kind, shape: Shape): Expression {
    switch (kind) {
      case "null":
        return this.expressions.oneOf(shape.excluded.includes(null) ? [] : ["null"]);
      case "boolean":
        return this.expressions.oneOf(
          [true, false].filter((one) => !shape.excluded.includes(one)).map(String),
        );
      case "number":
        return this.#number(shape);
      case "string":
        return this.#string(shape);
      case "array":
        this.#requireNoneExcluded(kind, shape);
        return arrayExpression(this, shape);
      case "object":
        this.#requireNoneExcluded(kind, shape);
        return objectExpression(this, shape);
    }
  }

  #requireNoneExcluded(kind: Kind, { excluded, path }: Shape): void {
    if (excluded.some((one) => kindOf(one) === kind)) {
      throw unsupported(path, `"not" of single values of type ${kind}`);
    }
  }

  #number(shape: Shape): Expression {
    const all = numberExpression(this.expressions, shape);
    const excluded = shape.excluded.filter((one) => typeof one === "number");
    const multiples = shape.noMultiples.map((one) =>
      numberExpression(this.expressions, { ...shape, isInteger: false, multiples: [one] }),
    );
    const texts = excluded.map((one) => decimal(one).toString());
    const values = texts.length === 0 ? [] : [this.expressions.oneOf(texts)];
    const found = combine(this.expressions, { all: [all], none: [...multiples, ...values] });
    if (found === this.expressions.nothing) {
      const { low, high } = shape;
      const text = `no number from ${shown(low) ?? "-∞"} to ${shown(high) ?? "∞"}`;
      const path = high?.path ?? low?.path ?? shape.multiples[0]?.path ?? shape.path;
      this.conflict(path, `${text} that all keywords here allow (numbers have at most 15 digits)`);
    }
    return found;
  }

  #string(shape: Shape): Expression {
    const contents = this.#stringContents(shape);
    if (contents === this.expressions.nothing) {
      const path = shape.length.path === shape.path ? undefined : shape.length.path;
      const at = path ?? shape.patterns[0]?.path ?? shape.path;
      this.conflict(at, "no string has this length, pattern and format together");
      return contents;
    }
    return this.strings.quoted(contents);
  }

  #stringContents(shape: Shape): Expression {
    const excluded = shape.excluded.filter((one) => typeof one === "string");
    return this.strings.contents(shape, excluded);
  }

  #enumerated(shape: Shape, values: readonly unknown[]): Expression {
    const kept = values.filter((value) => holdsShape(value, shape, this));
    if (kept.length === 0) {
      const path = shape.values?.path ?? shape.path;
      this.conflict(path, "none of the values keeps to the other keywords here");
    }
    return this.expressions.oneOf(kept.map((value) => writtenValue(value, shape)));
  }
}

/** A bound may have hundreds of digits. */
function shown(bound: Bound | undefined): string | undefined {
  const text = bound?.value.toString();
  return text !== undefined && text.length > 30 ? `${text.slice(0, 30)}…` : text;
}

/** Properties that the schema lists stand in its order. */
function writtenValue(value: unknown, shape: Shape): string {
  if (!isObject(value)) return JSON.stringify(value);
  const listed = shape.objects.flatMap(({ properties }) => [...properties.keys()]);
  const own = new Set([...listed, ...Object.keys(value)]);
  const entries = [...own]
    .filter((name) => Object.hasOwn(value, name))
    .map((name) => [name, value[name]]);
  return JSON.stringify(Object.fromEntries(entries));
}
