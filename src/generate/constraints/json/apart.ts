// Whether two schemas have no value in common, as far as that is plain to see: other kinds of values, other values listed,
// or a property that one requires and the other's differs in. Where it is not, oneOf asks for more (alternatives.ts).
import type { Conjunction } from "./alternatives.ts";
import { holdsShape, kindOf, type ValueContext } from "./holds.ts";
import type { Located } from "./schema.ts";
import { type Shape, shapeOf } from "./shape.ts";

/** Properties within properties that are looked into. */
const deepest = 3;

export function areApart(
  a: readonly Conjunction[],
  b: readonly Conjunction[],
  context: ValueContext,
  depth = 0,
): boolean {
  return a.every((one) =>
    b.every((other) => shapesApart(shapeOf(one), shapeOf(other), context, depth)),
  );
}

function shapesApart(a: Shape, b: Shape, context: ValueContext, depth: number): boolean {
  if (a.values !== undefined) return valuesApart(a, b, context);
  if (b.values !== undefined) return valuesApart(b, a, context);
  const common = [...a.kinds].filter((kind) => b.kinds.has(kind));
  return common.every((kind) => {
    if (kind === "object") return objectsApart(a, b, context, depth);
    return kind === "number" ? numbersApart(a, b) || numbersApart(b, a) : false;
  });
}

function valuesApart(a: Shape, b: Shape, context: ValueContext): boolean {
  const own = [...(a.values?.value.values() ?? [])].filter((value) => a.kinds.has(kindOf(value)));
  return own.every((value) => !holdsShape(value, b, context));
}

/** The one ends before the other begins. */
function numbersApart({ high }: Shape, { low }: Shape): boolean {
  if (high === undefined || low === undefined) return false;
  const order = high.value.compare(low.value);
  return order < 0 || (order === 0 && (high.isExclusive || low.isExclusive));
}

function objectsApart(a: Shape, b: Shape, context: ValueContext, depth: number): boolean {
  if (depth >= deepest) return false;
  const required = new Set([...a.required.keys(), ...b.required.keys()]);
  return [...required].some((name) => {
    const [own, other] = [schemasOf(a, name), schemasOf(b, name)];
    // What one has not, in which the other has it.
    if (!a.required.has(name) && !isForbidden(own)) return false;
    if (!b.required.has(name) && !isForbidden(other)) return false;
    return areApart(context.alternatives(own), context.alternatives(other), context, depth + 1);
  });
}

function isForbidden(schemas: readonly Located[]): boolean {
  return schemas.some(({ schema }) => schema === false);
}

function schemasOf({ objects }: Shape, name: string): Located[] {
  return objects.flatMap(({ properties, patterns, others }) => {
    const own = properties.get(name);
    if (own !== undefined) return [own];
    return patterns.size > 0 || others === undefined ? [] : [others];
  });
}
