// Whether a value that a schema names itself (in enum, const, or as a name) keeps to the other keywords beside it. Only
// as much of a validator as that needs; its patterns are the automata's, which cannot run away.
import { acceptor } from "../automata/combine.ts";
import type { Expressions } from "../automata/expressions.ts";
import type { Conjunction } from "./alternatives.ts";
import { decimal } from "./decimal.ts";
import { isInRange } from "./numbers.ts";
import { isObject, type Located } from "./schema.ts";
import {
  type ArrayLayer,
  type Kind,
  type ObjectLayer,
  type Shape,
  shapeOf,
  textOfValue,
} from "./shape.ts";
import { type Strings, textWithin } from "./strings.ts";

export interface ValueContext {
  readonly expressions: Expressions;
  readonly strings: Strings;
  alternatives(schemas: readonly Located[]): readonly Conjunction[];
}

export function kindOf(value: unknown): Kind {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean" || typeof value === "number" || typeof value === "string")
    return typeof value as Kind;
  return "object";
}

export function holds(value: unknown, schemas: readonly Located[], context: ValueContext): boolean {
  return context.alternatives(schemas).some((parts) => holdsShape(value, shapeOf(parts), context));
}

/** With or without what the shape itself lists as values. */
export function holdsShape(value: unknown, shape: Shape, context: ValueContext): boolean {
  const text = textOfValue(value);
  if (!shape.kinds.has(kindOf(value))) return false;
  if (shape.values?.value.has(text) === false) return false;
  if (shape.excluded.some((one) => textOfValue(one) === text)) return false;
  if (typeof value === "number") return holdsNumber(value, shape);
  if (typeof value === "string") {
    return acceptorOf(shape, context)(textWithin(value));
  }
  if (Array.isArray(value)) return holdsArray(value, shape, context);
  return isObject(value) ? holdsObject(value, shape, context) : true;
}

const acceptors = new WeakMap<Shape, (text: string) => boolean>();

/** Asked of each value of a list. */
function acceptorOf(
  shape: Shape,
  { expressions, strings }: ValueContext,
): (text: string) => boolean {
  let found = acceptors.get(shape);
  if (found === undefined) {
    found = acceptor(expressions, strings.contents(shape));
    acceptors.set(shape, found);
  }
  return found;
}

function holdsNumber(value: number, shape: Shape): boolean {
  const exact = decimal(value);
  const others = shape.noMultiples.map((one) => ({ ...shape, multiples: [one], isInteger: false }));
  return isInRange(exact, shape) && !others.some((range) => isInRange(exact, range));
}

function holdsArray(value: readonly unknown[], shape: Shape, context: ValueContext): boolean {
  const { least, most } = shape.items;
  if (value.length < least || value.length > most) return false;
  const isDistinct = new Set(value.map(textOfValue)).size === value.length;
  if (shape.unique !== undefined && !isDistinct) return false;
  return shape.arrays.every((layer) => holdsItems(value, layer, context));
}

function holdsItems(value: readonly unknown[], layer: ArrayLayer, context: ValueContext): boolean {
  const { first, others, contains, leastContained, mostContained } = layer;
  const fits = value.every((one, at) => {
    const schema = first[at] ?? others;
    return schema === undefined || holds(one, [schema], context);
  });
  if (contains === undefined || !fits) return fits;
  const found = value.filter((one) => holds(one, [contains], context)).length;
  return found >= leastContained && found <= mostContained;
}

function holdsObject(
  value: Readonly<Record<string, unknown>>,
  shape: Shape,
  context: ValueContext,
): boolean {
  const names = Object.keys(value);
  if (names.length < shape.size.least || names.length > shape.size.most) return false;
  if ([...shape.required.keys()].some((name) => !Object.hasOwn(value, name))) return false;
  if (names.some((name) => shape.names.length > 0 && !holds(name, shape.names, context)))
    return false;
  return shape.objects.every((layer) =>
    names.every((name) => holdsProperty(name, value[name], layer, context)),
  );
}

function holdsProperty(
  name: string,
  value: unknown,
  layer: ObjectLayer,
  context: ValueContext,
): boolean {
  const own = layer.properties.get(name);
  const matched = [...layer.patterns].flatMap(([pattern, schema]) => {
    const asPattern: Located = { schema: { pattern }, path: schema.path };
    return holds(name, [asPattern], context) ? [schema] : [];
  });
  const found = [...(own === undefined ? [] : [own]), ...matched];
  if (found.length > 0) return found.every((schema) => holds(value, [schema], context));
  return layer.others === undefined || holds(value, [layer.others], context);
}
