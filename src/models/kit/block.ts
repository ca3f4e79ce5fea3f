// One block of a model, and the loop over them: the only one, whatever the architecture.
// So what every block needs (its cache, recomputation) is done in one place.
import { checkpoint, type Tensor } from "../../mx/index.ts";
import { Module, withParameters } from "../../nn/index.ts";
import { attentionCache, type CacheOptions, type LayerCache } from "./caches/index.ts";
import { type Carried, carriedBy, closed, opened, readBy } from "./carried.ts";
import { type BlockContext, type ForwardContext, Pass } from "./context.ts";

/** A layer that remembers tokens: attention, an SSM. */
interface Remembers {
  makeCache(options: CacheOptions): LayerCache;
}

function remembers(module: Module): module is Module & Remembers {
  return "makeCache" in module;
}

/** An empty cache for a block: its own, else that of the one layer below it that has one. */
export function cacheFor(block: Module, options: CacheOptions): LayerCache {
  for (const [, module] of block.modules()) if (remembers(module)) return module.makeCache(options);
  return attentionCache(options);
}

export abstract class Block extends Module {
  /** x (batch, length, hidden size) → the same shape. */
  abstract forward(x: Tensor, context: BlockContext): Tensor;
}

/** What a context tells in tensors: they are gone by the second time unless they are inputs of it. */
const TOLD = ["positions", "segments", "prefixes", "counted"] as const;

/** What a block reads and gives. */
interface Stream {
  /** (batch, length, width). */
  x: Tensor;
  carried: Carried;
}

/** Some blocks, kept as their inputs alone: the rest is computed again when the gradient needs it. */
function recomputed(
  blocks: readonly Block[],
  { x, carried }: Stream,
  context: ForwardContext,
  first: number,
): Stream {
  const slots = blocks.flatMap((block) => block.trainableSlots());
  const told = TOLD.filter((name) => context[name] !== undefined);
  const wanted = readBy(blocks);
  const read = [...carried].filter(([name]) => wanted.has(name));
  const added = blocks.flatMap((block) => Object.keys(carriedBy(block)));
  const inputs = [x, ...told.map((name) => context[name] as Tensor), ...read.map(([, at]) => at)];
  const [h, ...news] = checkpoint(
    ([h, ...values]) => {
      const again = Object.fromEntries(told.map((name, at) => [name, values[at]]));
      const given = read.map(([name], at) => [name, values[told.length + at] as Tensor] as const);
      // what blocks share would be gone by the second time
      const balance = context.balance?.empty();
      const pass = new Pass(x.dim(1), { ...context, ...again, balance }, new Map(given));
      const run = (): Tensor => through(blocks, h as Tensor, pass, first);
      const last = withParameters(slots, values.slice(told.length + read.length), run);
      const news = added.map((name) => pass.carried.get(name) as Tensor);
      return [last, ...news, ...(balance?.parts ?? [])];
    },
    [...inputs, ...slots.map((slot) => slot.get())],
  );
  context.balance?.takeAll(news.slice(added.length));
  const all = new Map([
    ...carried,
    ...added.map((name, at) => [name, news[at] as Tensor] as const),
  ]);
  return { x: h as Tensor, carried: all };
}

function through(blocks: readonly Block[], x: Tensor, pass: Pass, first: number): Tensor {
  return blocks.reduce((h, block, at) => block.forward(h, pass.block(first + at)), x);
}

/** All blocks in one pass, of which nothing is kept apart. */
function kept(
  blocks: readonly Block[],
  stream: Stream,
  context: ForwardContext,
  first: number,
): Stream {
  const pass = new Pass(stream.x.dim(1), context, stream.carried);
  return { x: through(blocks, stream.x, pass, first), carried: pass.carried };
}

/**
 * x (batch, length, hidden size) through every block, or those that the context names, each with its own cache;
 * `given` is what the first of them finds beside it.
 */
export function runBlocks(
  blocks: readonly Block[],
  x: Tensor,
  context: ForwardContext,
  given: Carried = new Map(),
): Tensor {
  const { from, until, recompute = 0 } = context;
  const first = from?.block ?? 0;
  const start = opened(blocks, first, x);
  const some = blocks.slice(first, until);
  let stream: Stream = { x: start.x, carried: new Map([...given, ...start.carried]) };
  if (recompute === 0) stream = kept(some, stream, context, first);
  else
    for (let at = 0; at < some.length; at += recompute)
      stream = recomputed(some.slice(at, at + recompute), stream, context, first + at);
  return closed(blocks, first + some.length, stream);
}
