// What a forward pass knows beside the ids: caches, packing, and the mask that follows from them.
import { arange, type AttentionMask, type Tensor } from "../../mx/index.ts";
import type { KVCache } from "./cache.ts";

export interface ForwardContext {
  /** One cache a block, when decoding. */
  cache?: readonly KVCache[];
  /** (batch, length) int32, equal numbers attend to each other: rows packed from several samples. */
  segments?: Tensor;
  /** (batch, length) int32, for learned positions of packed rows; default 0, 1, 2, … after the cache. */
  positions?: Tensor;
}

/** What one block is given. */
export interface BlockContext {
  mask: AttentionMask;
  cache: KVCache | undefined;
  /** Position of the first token. */
  offset: number;
}

/** Causal, and within a segment where segments are given. */
function maskOf(length: number, context: ForwardContext): AttentionMask {
  const { segments } = context;
  if (segments === undefined) return length === 1 ? "" : "causal";
  const rows = segments.expandDims(2);
  const columns = segments.expandDims(1);
  const order = arange(0, length);
  const causal = order.expandDims(1).greaterEqual(order.expandDims(0));
  return rows.equal(columns).logicalAnd(causal).expandDims(1);
}

/** One context a block for ids (batch, length). */
export function blockContexts(
  length: number,
  blockCount: number,
  context: ForwardContext,
): BlockContext[] {
  if (context.cache !== undefined && context.segments !== undefined)
    throw new RangeError("rows packed from several samples cannot be decoded with a cache");
  const mask = maskOf(length, context);
  const offset = context.cache?.[0]?.offset ?? 0;
  return Array.from({ length: blockCount }, (_, index) => ({
    mask,
    cache: context.cache?.[index],
    offset,
  }));
}
