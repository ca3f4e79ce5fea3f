// What goes from block to block beside the hidden state: keys that later blocks read again, inputs of single layers.
// By name; who puts what there and who reads it, blocks say themselves. Runs no block.
import { concatenate, type Tensor } from "../../mx/index.ts";
import type { Module } from "../../nn/index.ts";

/** By name, (batch, parts, length, size) each. */
export type Carried = ReadonlyMap<string, Tensor>;

/** Of one token. */
export interface CarriedShape {
  parts: number;
  size: number;
}

/** A layer that adds to what is carried. */
interface Carries {
  readonly carries: Readonly<Record<string, CarriedShape>>;
}

/** A layer that reads of what is carried. */
interface Reads {
  readonly reads: readonly string[];
}

const adds = (module: Module): module is Module & Carries => "carries" in module;
const isReader = (module: Module): module is Module & Reads => "reads" in module;

/** Names of an attention's keys and values, where layers above read them. */
export const carriedNames = (name: string): { keys: string; values: string } => ({
  keys: `${name} keys`,
  values: `${name} values`,
});

/** What a block adds, by name: its layers say so. */
export function carriedBy(block: Module): Record<string, CarriedShape> {
  const found = [...block.modules()].map(([, module]) => (adds(module) ? module.carries : {}));
  return Object.assign({}, ...found) as Record<string, CarriedShape>;
}

/** What these blocks read, by name. */
export function readBy(blocks: readonly Module[]): Set<string> {
  const modules = blocks.flatMap((block) => [...block.modules()].map(([, module]) => module));
  return new Set(modules.flatMap((module) => (isReader(module) ? module.reads : [])));
}

/** What blocks before `at` add and those from there on read, in order. */
function crossing(blocks: readonly Module[], at: number): [string, CarriedShape][] {
  const wanted = at === 0 ? new Set<string>() : readBy(blocks.slice(at));
  if (wanted.size === 0) return [];
  const added = blocks.slice(0, at).flatMap((block) => Object.entries(carriedBy(block)));
  return added.filter(([name]) => wanted.has(name));
}

/** All that block `at` and those above it need of those below, (batch, length, width). */
export function closed(
  blocks: readonly Module[],
  at: number,
  { x, carried }: { x: Tensor; carried: Carried },
): Tensor {
  const [batch = 1, length = 1] = x.shape;
  const parts = crossing(blocks, at).map(([name]) =>
    (carried.get(name) as Tensor).transpose(0, 2, 1, 3).reshape(batch, length, -1),
  );
  return parts.length === 0 ? x : concatenate([x, ...parts], 2);
}

/** The inverse: the hidden state, and what is carried. */
export function opened(
  blocks: readonly Module[],
  at: number,
  states: Tensor,
): { x: Tensor; carried: Carried } {
  const names = crossing(blocks, at);
  if (names.length === 0) return { x: states, carried: new Map() };
  const [batch = 1, length = 1, width = 1] = states.shape;
  const widths = names.map(([, { parts, size }]) => parts * size);
  let end = width - widths.reduce((sum, one) => sum + one, 0);
  const ends = [end, ...widths.slice(0, -1).map((one) => (end += one))];
  const [x, ...rest] = states.splitAt(ends, 2) as [Tensor, ...Tensor[]];
  const carried = names.map(([name, { parts, size }], index) => {
    const flat = rest[index] as Tensor;
    return [name, flat.reshape(batch, length, parts, size).transpose(0, 2, 1, 3)] as const;
  });
  return { x, carried: new Map(carried) };
}
