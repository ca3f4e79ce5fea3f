// Low-rank updates taken through a recipe. What a recipe does to a weight it does to rows, so B goes through it with the
// rank in the place of the columns, and A stays. Both ways: published names to parameters, and back.
import { concatenate, type Shape, stack, type Tensor, zeros } from "../../mx/index.ts";
import { mapTensors, type Recipe, type WeightEntry } from "../../weights/index.ts";

/** Stands for the columns while shapes are mapped: no layer has so many, and nothing divides them. */
const COLUMNS = 1_000_003;

/** Rows of a weight by its name; (experts, rows) of a stack. */
export type Rows = ReadonlyMap<string, readonly number[]>;

export interface RowsEntry {
  entry: WeightEntry;
  /** Sources whose stored weight has columns before rows. */
  turned: ReadonlySet<string>;
  /** What the entry gives: (…, rows), and whether it is turned. */
  results: readonly { name: string; rows: readonly number[]; isTurned: boolean }[];
}

export interface RowsMapping {
  entries: RowsEntry[];
  /** That are copies of others: a tied head. */
  tied: string[];
  /** Needed beside those that are. */
  missing: string[];
  /** Which no rule takes with these rows. */
  unknown: string[];
}

function shapeOf(rows: readonly number[], isTurned: boolean): Shape {
  const [last = 0, ...outer] = rows.toReversed();
  const pair = isTurned ? [COLUMNS, last] : [last, COLUMNS];
  return [...outer.toReversed(), ...pair];
}

function resultOf(name: string, shape: Shape): RowsEntry["results"][number] | undefined {
  const outer = shape.slice(0, -2);
  const [rows = 0, columns = 0] = shape.slice(-2);
  if (columns === COLUMNS) return { name, rows: [...outer, rows], isTurned: false };
  return rows === COLUMNS ? { name, rows: [...outer, columns], isTurned: true } : undefined;
}

function entryOf(
  entry: WeightEntry,
  shapes: ReadonlyMap<string, Shape>,
  turned: ReadonlySet<string>,
  mayTurn: boolean,
): RowsEntry | undefined {
  const found = entry.parameters.map((name) => resultOf(name, shapes.get(name) ?? []));
  const results = found.filter((one) => one !== undefined && (mayTurn || !one.isTurned));
  if (results.length < found.length) return undefined;
  return { entry, turned, results: results as RowsEntry["results"][number][] };
}

/**
 * Where weights with these rows go. `mayTurn`: what comes of them may have columns before rows; else those that go in
 * are turned where that makes it right.
 */
export function mapRows(recipe: Recipe, rows: Rows, mayTurn = false): RowsMapping {
  const turned = new Set<string>();
  for (let attempt = 0; ; attempt++) {
    const shapes = new Map(
      [...rows].map(([name, one]) => [name, shapeOf(one, turned.has(name))] as const),
    );
    const mapping = mapTensors(recipe, shapes);
    const entries = mapping.entries
      .map((entry) => entryOf(entry, mapping.shapes, turned, mayTurn))
      .filter((one) => one !== undefined);
    const { tied, missing } = mapping;
    const known = new Set([...entries.flatMap(({ entry }) => entry.sources), ...tied]);
    const unknown = [...rows.keys()].filter((name) => !known.has(name));
    const left = unknown.filter((name) => !turned.has(name));
    if (attempt > 0 || left.length === 0 || mayTurn) return { entries, tied, missing, unknown };
    for (const name of left) turned.add(name);
  }
}

/** An update of a source: A (rank, columns) and B (rows, rank), or (experts, …) of both; of one scale. */
export interface Update {
  a: Tensor;
  b: Tensor;
  /** (rows) */
  m?: Tensor | undefined;
}

const turn = (tensor: Tensor): Tensor => tensor.swapaxes(-1, -2);

/** Through the entry, each given as its source is stored. */
function through({ entry, turned, results }: RowsEntry, read: (name: string) => Tensor): Tensor[] {
  const made = entry.load((name) => (turned.has(name) ? turn(read(name)) : read(name)));
  return made.map((one, at) => (results[at]?.isTurned ? turn(one) : one));
}

/** In its own columns of all ranks together. */
function amongOthers(b: Tensor, before: number, total: number): Tensor {
  const own = b.dim(-1);
  const outer = b.shape.slice(0, -1);
  const fill = (columns: number): Tensor[] =>
    columns === 0 ? [] : [zeros([...outer, columns]).astype(b.dtype)];
  return concatenate([...fill(before), b, ...fill(total - before - own)], -1);
}

interface Sources {
  names: readonly string[];
  /** Where all that is joined has the same A, it stays one; else ranks add up. */
  mayShare?: boolean;
  /** Undefined where a source has no update. */
  updates: readonly (Update | undefined)[];
  rowsOf(name: string): readonly number[];
}

function sameBits(one: Tensor, other: Tensor): boolean {
  if (one === other) return true;
  if (one.shape.join() !== other.shape.join() || one.dtype !== other.dtype) return false;
  return Boolean(one.equal(other).all().item());
}

/** Of several sources joined along their rows. One A where all have the same; else all of them, and B by blocks. */
function joined(rows: RowsEntry, { names, updates, rowsOf, mayShare }: Sources): Update[] {
  const there = updates.filter((one) => one !== undefined);
  const [first] = there as [Update, ...Update[]];
  const isWhole = mayShare === true && there.length === names.length;
  const isShared = isWhole && there.every(({ a }) => sameBits(a, first.a));
  const rank = isShared ? first.a.dim(-2) : there.reduce((sum, { a }) => sum + a.dim(-2), 0);
  let before = 0;
  const wide = new Map<string, Tensor>();
  for (const [at, name] of names.entries()) {
    const update = updates[at];
    if (update === undefined) wide.set(name, zeros([...rowsOf(name), rank]).astype(first.b.dtype));
    else if (isShared) wide.set(name, update.b);
    else {
      wide.set(name, amongOthers(update.b, before, rank));
      before += update.b.dim(-1);
    }
  }
  const a = isShared
    ? first.a
    : concatenate(
        there.map((one) => one.a),
        -2,
      );
  return through(rows, (name) => wide.get(name) as Tensor).map((b) => ({ a, b }));
}

/** Of several sources that become one stack. */
function stacked(rows: RowsEntry, { names, updates, rowsOf }: Sources): Update[] {
  const [first] = updates.filter((one) => one !== undefined) as [Update];
  const none = (name: string): Update => ({
    a: zeros(first.a.shape).astype(first.a.dtype),
    b: zeros([...rowsOf(name), first.b.dim(-1)]).astype(first.b.dtype),
  });
  const all = names.map((name, at) => updates[at] ?? none(name));
  const byName = new Map(names.map((name, at) => [name, all[at] as Update]));
  const a = stack(
    all.map((one) => one.a),
    0,
  );
  return through(rows, (name) => (byName.get(name) as Update).b).map((b) => ({ a, b }));
}

/** One stack taken apart: A of each is its own. */
function apart(rows: RowsEntry, { a, b }: Update): Update[] {
  const all = through(rows, () => b);
  const own = a.split(all.length, 0).map((one) => one.reshape(...one.shape.slice(1)));
  return all.map((one, at) => ({ a: own[at] as Tensor, b: one }));
}

function single(rows: RowsEntry, update: Update): Update[] {
  const results = through(rows, () => update.b);
  const { m } = update;
  const lengths = m && through(rows, () => m.expandDims(-1)).map((one) => one.squeeze(-1));
  return results.map((b, at) => ({ a: update.a, b, m: lengths?.[at] }));
}

/** The updates of what the entry gives, in the order of its results. Those of its sources have one rank, if stacked. */
export function carriedOver(rows: RowsEntry, sources: Sources): Update[] {
  const { names, updates } = sources;
  const depth = rows.results[0]?.rows.length ?? 1;
  const [first] = updates.filter((one) => one !== undefined) as [Update];
  const isDeep = first.b.ndim === 3;
  if (names.length === 1) {
    const isApart = isDeep && depth === 1;
    return isApart ? apart(rows, first) : single(rows, first);
  }
  return depth === 2 && !isDeep ? stacked(rows, sources) : joined(rows, sources);
}
