import { allCharacters, type CharacterSet } from "../automata/characters.ts";
// Objects: the properties that a schema lists, in its order, each that is not required left out or not; then names that
// are free, where the schema says that there are any.
import { acceptor, combine } from "../automata/combine.ts";
import type { Expression, Expressions } from "../automata/expressions.ts";
import { limits } from "../automata/limits.ts";
import { tooLarge, unsatisfiable, unsupported } from "../problems.ts";
import { conditionsOf } from "../regex/compile.ts";
import { readPattern } from "../regex/read.ts";
import { commaSeparated, type ItemWriter } from "./arrays.ts";
import type { Located } from "./schema.ts";
import type { ObjectLayer, Shape } from "./shape.ts";
import { textWithin } from "./strings.ts";

/** What objects need of the compiler. */
export interface PropertyWriter extends ItemWriter {
  /** Contents of strings that keep to all of these. */
  stringContents(schemas: readonly Located[]): Expression;
  character(set: CharacterSet): Expression;
  quoted(contents: Expression): Expression;
  /** A value that keeps to these. */
  holds(value: unknown, schemas: readonly Located[]): boolean;
}

interface Property {
  readonly name: string;
  readonly value: Expression;
  readonly isRequired: boolean;
}

/** Patterns of names: every set of them has values of its own. */
const mostPatterns = 4;

interface NamePattern {
  readonly source: string;
  /** Names that the pattern is found in. */
  readonly contents: Expression;
  /** Whether it is found in a name. */
  readonly isIn: (name: string) => boolean;
}

class ObjectBuilder {
  readonly #writer: PropertyWriter;
  readonly #expressions: Expressions;
  readonly #shape: Shape;
  readonly #layers: readonly ObjectLayer[];
  readonly #names: readonly string[];
  readonly #patterns: ReadonlyMap<string, NamePattern>;

  constructor(writer: PropertyWriter, shape: Shape) {
    this.#writer = writer;
    this.#expressions = writer.expressions;
    this.#shape = shape;
    this.#layers = shape.objects;
    const listed = this.#layers.flatMap(({ properties }) => [...properties.keys()]);
    this.#names = [...new Set([...listed, ...shape.required.keys()])];
    if (this.#names.length > limits.properties)
      throw tooLarge(shape.path, `an object of more than ${limits.properties} properties`);
    const sources = this.#layers.flatMap(({ patterns }) => [...patterns]);
    this.#patterns = new Map(
      sources.map(([source, { path }]) => [source, this.#pattern(source, path)]),
    );
  }

  #pattern(source: string, field: string): NamePattern {
    const write = (set: CharacterSet): Expression => this.#writer.character(set);
    const context = { expressions: this.#expressions, write, field };
    const conditions = conditionsOf(readPattern(source, field), context);
    const contents = combine(this.#expressions, conditions);
    return { source, contents, isIn: acceptor(this.#expressions, contents) };
  }

  /** Everything between the braces; `nothing` where no object is possible. */
  contents(): Expression {
    const properties = this.#properties();
    if (properties === undefined) return this.#expressions.nothing;
    const { least, most } = this.#shape.size;
    const isCounted = least > 0 || most !== Infinity;
    const highest = most === Infinity ? least : most;
    if (isCounted && properties.length * highest > 50_000) {
      throw tooLarge(this.#shape.size.path, "so many properties to count");
    }
    return this.#chain(properties, isCounted ? highest : 0);
  }

  /** In order; undefined where a required one has no value. */
  #properties(): Property[] | undefined {
    const properties: Property[] = [];
    for (const name of this.#names) {
      const required = this.#shape.required.get(name);
      const value = this.#valueOf(name);
      if (required !== undefined && !value.productive) {
        this.#writer.conflict(
          required,
          `the property "${name}" is required and cannot have a value`,
        );
        return undefined;
      }
      if (value !== this.#expressions.nothing)
        properties.push({ name, value, isRequired: required !== undefined });
    }
    return properties;
  }

  #valueOf(name: string): Expression {
    const { names } = this.#shape;
    if (names.length > 0 && !this.#writer.holds(name, names)) return this.#expressions.nothing;
    return this.#writer.value(this.#layers.flatMap((layer) => this.#schemasOf(layer, name)));
  }

  #schemasOf(layer: ObjectLayer, name: string): Located[] {
    const own = layer.properties.get(name);
    const matched = [...layer.patterns].filter(([source]) => this.#matches(source, name));
    const found = [...(own === undefined ? [] : [own]), ...matched.map(([, schema]) => schema)];
    return found.length > 0 || layer.others === undefined ? found : [layer.others];
  }

  #matches(source: string, name: string): boolean {
    return this.#patterns.get(source)?.isIn(textWithin(name)) ?? false;
  }

  /** Where `counted` is 0, nobody counts; else properties are, up to that number. */
  #chain(properties: readonly Property[], counted: number): Expression {
    const made = new Map<string, Expression>();
    const free = this.#freeEntry();
    const entries = [true, false].map((isFirst) =>
      properties.map((property) => this.#entry(property, isFirst)),
    );
    const from = (at: number, isFirst: boolean, count: number): Expression => {
      const property = properties[at];
      const own = entries[isFirst ? 0 : 1]?.[at];
      if (property === undefined || own === undefined) return this.#ending(free, isFirst, count);
      const key = `${at},${isFirst},${count}`;
      const known = made.get(key);
      if (known !== undefined) return known;
      const isFull = this.#shape.size.most !== Infinity && count >= this.#shape.size.most;
      const rest = from(at + 1, false, Math.min(count + 1, counted));
      const entry = this.#expressions.sequence(own, rest);
      const options = [
        ...(isFull ? [] : [entry]),
        ...(property.isRequired ? [] : [from(at + 1, isFirst, count)]),
      ];
      const all = this.#expressions.choice(options);
      made.set(key, all);
      return all;
    };
    // From the last on, so that nothing calls itself as deep as there are properties.
    for (let at = properties.length - 1; at >= 0; at--)
      for (let count = 0; count <= Math.min(at, counted); count++)
        for (const isFirst of count === 0 ? [true, false] : [false]) from(at, isFirst, count);
    return from(0, true, 0);
  }

  /** A rule, so that it is one part of everything that it stands in. */
  #entry({ name, value }: Property, isFirst: boolean): Expression {
    const rule = this.#expressions.rule(name);
    const key = this.#expressions.text(`${isFirst ? "" : ","}${JSON.stringify(name)}:`);
    rule.body = this.#expressions.sequence(key, value);
    return rule;
  }

  #ending(free: Expression, isFirst: boolean, count: number): Expression {
    const { least, most } = this.#shape.size;
    const needed = Math.max(0, least - count);
    // Free names may be the same name twice, and count once then.
    if (needed > 1 || (needed > 0 && !free.productive)) return this.#expressions.nothing;
    const left = most === Infinity ? Infinity : most - count;
    if (free === this.#expressions.nothing || left <= 0)
      return needed > 0 ? this.#expressions.nothing : this.#expressions.empty;
    if (isFirst) return commaSeparated(this.#expressions, free, needed, left);
    const one = this.#expressions.sequence(this.#expressions.text(","), free);
    return this.#expressions.repeat(one, needed, left);
  }

  /** A name that is not listed, and its value; `nothing` where there may be none. */
  #freeEntry(): Expression {
    const hasPatterns = this.#patterns.size > 0;
    const isSaid = this.#layers.some(({ others }) => others !== undefined);
    const needsMore = this.#shape.size.least > this.#names.length;
    const isBare = this.#layers.length === 0 && this.#names.length === 0;
    const isOpen = isSaid || isBare || needsMore;
    if (!isOpen && !hasPatterns) return this.#expressions.nothing;
    if (this.#patterns.size > mostPatterns) {
      const [first] = this.#layers.flatMap(({ patterns }) => [...patterns.values()]);
      throw unsupported(
        first?.path ?? "",
        `more than ${mostPatterns} patterns for property names together`,
      );
    }
    const all = [...this.#patterns.values()];
    const entries = Array.from({ length: 1 << all.length }, (_, set) => {
      if (set === 0 && !isOpen) return this.#expressions.nothing;
      const matched = all.filter((__, at) => (set & (1 << at)) !== 0);
      return this.#entryOf(
        matched,
        all.filter((one) => !matched.includes(one)),
      );
    });
    return this.#expressions.choice(entries);
  }

  #entryOf(matched: readonly NamePattern[], others: readonly NamePattern[]): Expression {
    const schemas = this.#layers.flatMap(({ patterns, others: rest }) => {
      const own = matched.flatMap(({ source }) => patterns.get(source) ?? []);
      return own.length > 0 || rest === undefined ? own : [rest];
    });
    if (schemas.some(({ schema }) => schema === false)) return this.#expressions.nothing;
    const name = this.#freeName(matched, others);
    if (name === this.#expressions.nothing) return name;
    const value = this.#writer.value(schemas);
    const colon = this.#expressions.text(":");
    return this.#expressions.sequence(this.#writer.quoted(name), colon, value);
  }

  #freeName(matched: readonly NamePattern[], others: readonly NamePattern[]): Expression {
    const { names } = this.#shape;
    const any = this.#expressions.repeat(this.#writer.character(allCharacters), 0, Infinity);
    const own = names.length === 0 ? [] : [this.#writer.stringContents(names)];
    const wanted = [...matched.map(({ contents }) => contents), ...own];
    const listed = this.#names.map(textWithin);
    const none = [
      ...others.map(({ contents }) => contents),
      ...(listed.length === 0 ? [] : [this.#expressions.oneOf(listed)]),
    ];
    return combine(this.#expressions, { all: wanted.length === 0 ? [any] : wanted, none });
  }
}

export function objectExpression(writer: PropertyWriter, shape: Shape): Expression {
  const { expressions } = writer;
  const { least, most, path } = shape.size;
  if (least > most) {
    writer.conflict(path, `at least ${least} properties and at most ${most}`);
    return expressions.nothing;
  }
  const contents = new ObjectBuilder(writer, shape).contents();
  if (contents === expressions.nothing && least > 1) {
    throw unsatisfiable(path, `${least} properties cannot be promised where their names are free`);
  }
  return expressions.sequence(expressions.text("{"), contents, expressions.text("}"));
}
