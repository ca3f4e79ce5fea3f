// One block of a model, and the loop over them: the only one, whatever the architecture.
// So what every block needs (its cache, recomputation) is done in one place.
import { checkpoint, type Tensor } from "../../mx/index.ts";
import { Module, withParameters } from "../../nn/index.ts";
import { attentionCache, type CacheOptions, type LayerCache } from "./caches/index.ts";
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
const TOLD = ["positions", "segments", "prefixes"] as const;

/** Some blocks, kept as their inputs alone: the rest is computed again when the gradient needs it. */
function recomputed(
  blocks: readonly Block[],
  x: Tensor,
  context: ForwardContext,
  first: number,
): Tensor {
  const slots = blocks.flatMap((block) => block.trainableSlots());
  const told = TOLD.filter((name) => context[name] !== undefined);
  const inputs = [x, ...told.map((name) => context[name] as Tensor)];
  const [output] = checkpoint(
    ([h, ...values]) => {
      const again = Object.fromEntries(told.map((name, at) => [name, values[at]]));
      // what blocks share would be gone by the second time
      const pass = new Pass(x.dim(1), { ...context, ...again });
      const run = (): Tensor => through(blocks, h as Tensor, pass, first);
      return [withParameters(slots, values.slice(told.length), run)];
    },
    [...inputs, ...slots.map((slot) => slot.get())],
  );
  return output as Tensor;
}

function through(blocks: readonly Block[], x: Tensor, pass: Pass, first: number): Tensor {
  return blocks.reduce((h, block, at) => block.forward(h, pass.block(first + at)), x);
}

/** x (batch, length, hidden size) through every block, or those that the context names, each with its own cache. */
export function runBlocks(blocks: readonly Block[], x: Tensor, context: ForwardContext): Tensor {
  const { from, until, recompute = 0 } = context;
  const first = from?.block ?? 0;
  const some = blocks.slice(first, until);
  if (recompute === 0) return through(some, x, new Pass(x.dim(1), context), first);
  let h = x;
  for (let at = 0; at < some.length; at += recompute)
    h = recomputed(some.slice(at, at + recompute), h, context, first + at);
  return h;
}
