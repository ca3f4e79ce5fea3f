// The updates of a PEFT file as factors of a model's layers, in the layout of mlx-lm's files: joined, stacked or turned
// as the recipe of the architecture does it with weights. Computes; where each goes is peft-places.ts's.
import type { Tensor } from "../../mx/index.ts";
import { isEmbeddingLike, type Module } from "../../nn/index.ts";
import type { TensorReader } from "../../weights/index.ts";
import { widened } from "./factors.ts";
import type { Places } from "./peft-places.ts";
import type { Unit } from "./peft-units.ts";
import { carriedOver, type RowsEntry, type Update } from "./recipe-factors.ts";

/** (rank, columns) and (rows, rank), or of stacks (experts, …), from what a file holds of them. */
function updateOf(
  { a, b, m, isEmbedding, experts, rank }: Unit,
  read: TensorReader["read"],
): Update {
  const [first, second] = [read(a), read(b)];
  if (isEmbedding) return { a: second.transpose(), b: first.transpose() };
  if (experts === 1) return { a: first, b: second, ...(m !== undefined && { m: read(m) }) };
  return {
    a: first.reshape(experts, rank, -1),
    b: second.reshape(second.dim(0), rank, experts).transpose(2, 0, 1),
  };
}

/** All at the scale and, where they are stacked, at the rank of the largest. */
function alike(unit: Unit, update: Update, scale: number, rank: number | undefined): Update {
  const b =
    unit.scale === scale ? update.b : update.b.mul(unit.scale / scale).astype(update.b.dtype);
  if (rank === undefined) return { ...update, b };
  return {
    ...update,
    a: widened(update.a, update.a.ndim - 2, rank),
    b: widened(b, b.ndim - 1, rank),
  };
}

/** As files of mlx-lm lay them out: a table's A has its rows. */
function partsOf({ a, b, m }: Update): Record<string, Tensor> {
  const parts: Record<string, Tensor> =
    b.ndim === 3 ? { lora_a: a, lora_b: b } : { lora_a: a.transpose(), lora_b: b.transpose() };
  return m === undefined ? parts : { ...parts, m };
}

/** A table is looked up by rows, so that its own B is what others have for A. */
function tableParts({ a, b, m }: Update): Record<string, Tensor> {
  return { lora_a: b, lora_b: a, ...(m && { m }) };
}

export function* updatesOf(
  rows: RowsEntry,
  { units, rows: known }: Places,
  read: TensorReader["read"],
): Generator<[name: string, update: Update]> {
  const names = rows.entry.sources;
  const own = names.map((name) => units.get(name));
  const there = own.filter((unit) => unit !== undefined);
  const [first] = there as [Unit];
  const isStacked = rows.results[0]?.rows.length === 2 && names.length > 1 && first.experts === 1;
  const rank = isStacked ? Math.max(...there.map((unit) => unit.rank)) : undefined;
  const updates = own.map((unit) => unit && alike(unit, updateOf(unit, read), first.scale, rank));
  const carried = carriedOver(rows, { names, updates, rowsOf: (name) => known.get(name) ?? [] });
  for (const [at, { name }] of rows.results.entries()) yield [name, carried[at] as Update];
}

/** Each its own array, whatever it was a view of. */
const separate = (parts: Record<string, Tensor>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(parts).map(([name, one]) => [name, one.contiguous().mul(1)]));

/** An update as a layer's parts. */
export function partsFor(layer: Module, update: Update): Record<string, Tensor> {
  return separate(isEmbeddingLike(layer) ? tableParts(update) : partsOf(update));
}
