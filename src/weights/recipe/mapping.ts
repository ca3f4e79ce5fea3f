// A recipe applied to the tensors of one stored model: what each becomes, known from names and shapes alone.
// Which parameters a model expects is the caller's question; here every tensor gets an answer.
import type { Shape } from "../../mx/index.ts";
import { shapeAlgebra } from "./algebra.ts";
import { Operand, WeightEntry } from "./entry.ts";
import { type Group, Groups, hitOf, operandOf } from "./groups.ts";
import type { Recipe } from "./rules.ts";

/** Where every tensor of a stored model went. */
export interface TensorMapping {
  entries: WeightEntry[];
  /** Shapes of all that the entries give. */
  shapes: Map<string, Shape>;
  /** Copies of what is there already. */
  tied: string[];
  /** Left alone by a rule. */
  ignored: string[];
  /** Of which would come what has come of others already. */
  surplus: string[];
  /** Not in the stored model, but needed beside those that are. */
  missing: string[];
  /** Shapes that do not allow what a rule says, with names. */
  problems: string[];
  /** What does not come about because of missing tensors and of problems. */
  blocked: Set<string>;
}

interface Copy {
  name: string;
  original: string;
}

/** What a stored model with these tensors gives under a recipe. Reads no data. */
export function mapTensors(recipe: Recipe, found: ReadonlyMap<string, Shape>): TensorMapping {
  const mapping = emptyMapping();
  const groups = new Groups(recipe);
  const copies: Copy[] = [];
  for (const name of found.keys()) {
    const hit = hitOf(recipe, name);
    const { rule, captures } = hit;
    if (rule.kind === "drop") mapping.ignored.push(name);
    else if (rule.kind === "tie") copies.push({ name, original: rule.original.write(captures) });
    else if (!groups.add(name, rule, hit)) mapping.surplus.push(name);
  }
  for (const group of groups.values()) addGroup(mapping, group, found);
  for (const copy of copies) addCopy(mapping, copy, found.get(copy.name) ?? []);
  return mapping;
}

function emptyMapping(): TensorMapping {
  return {
    entries: [],
    shapes: new Map(),
    tied: [],
    ignored: [],
    surplus: [],
    missing: [],
    problems: [],
    blocked: new Set(),
  };
}

function addGroup(mapping: TensorMapping, group: Group, found: ReadonlyMap<string, Shape>): void {
  const missing = group.missing();
  mapping.missing.push(...missing);
  if (missing.length > 0) return block(mapping, group);
  try {
    enter(mapping, group, found);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    mapping.problems.push(`${group.names.slice(0, 3).join(", ")}: ${error.message}`);
    block(mapping, group);
  }
}

function block({ blocked }: TensorMapping, group: Group): void {
  for (const name of group.targets()) blocked.add(name);
}

/** Throws RangeError where shapes do not allow it. */
function enter(mapping: TensorMapping, group: Group, found: ReadonlyMap<string, Shape>): void {
  const { rule, captures } = group;
  const from = group.operands();
  const inputs = from.map((one) => one.gather((name) => found.get(name) ?? [], shapeAlgebra));
  const outputs = rule.steps.reduce((shapes, step) => step.forward(shapes, shapeAlgebra), inputs);
  const to = rule.to.map((pattern, at) => operandOf(pattern, captures, depthOf(outputs[at])));
  const shapes = to.flatMap((one, at) => one.scatter(outputs[at] ?? [], shapeAlgebra));
  add(mapping, new WeightEntry(from, to, rule.steps), shapes);
}

/** No stack has more tensors; what seems to is another tensor, or hostile. */
const deepest = 65_536;

/** How many a tensor would be, were it a stack. */
function depthOf(shape: Shape | undefined): number {
  const depth = shape?.[0] ?? 1;
  return depth <= deepest ? depth : 0;
}

function add(mapping: TensorMapping, entry: WeightEntry, shapes: readonly Shape[]): void {
  const { sources, parameters } = entry;
  if (parameters.some((name) => mapping.shapes.has(name))) {
    mapping.surplus.push(...sources);
    return;
  }
  mapping.entries.push(entry);
  parameters.forEach((name, at) => mapping.shapes.set(name, shapes[at] ?? []));
}

/** A copy gives the parameter where nothing else does: of two that were one, a file keeps either. */
function addCopy(mapping: TensorMapping, { name, original }: Copy, shape: Shape): void {
  const known = mapping.shapes.get(original);
  if (known === undefined) {
    const single = (one: string): Operand => new Operand([one], { isStack: false });
    add(mapping, new WeightEntry([single(name)], [single(original)], []), [shape]);
  } else if (known.join() === shape.join()) mapping.tied.push(name);
  else {
    const [own, its] = [shape, known].map((lengths) => lengths.join("×"));
    mapping.problems.push(`${name}: shape ${own}, but ${original}, which it repeats, ${its}`);
  }
}
