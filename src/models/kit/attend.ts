// From queries, keys and values that are ready to what is mixed, through the cache where there is one.
// Projections, norms and positions are the attentions' own.
import type { Tensor } from "../../mx/index.ts";
import { type AttendOptions, KeyValueCache } from "./caches/index.ts";
import type { BlockContext } from "./context.ts";
import { attended, type Projections } from "./scores.ts";

/** (batch, length, heads·size) → (batch, heads, length, size). */
export function splitHeads(x: Tensor, heads: number): Tensor {
  const [batch = 1, length = 1, width = 1] = x.shape;
  return x.reshape(batch, length, heads, width / heads).transpose(0, 2, 1, 3);
}

/** (batch, heads, length, size) → (batch, length, heads·size). */
export function mergeHeads(x: Tensor): Tensor {
  const [batch = 1, heads = 1, length = 1, size = 1] = x.shape;
  return x.transpose(0, 2, 1, 3).reshape(batch, length, heads * size);
}

/** Scaled dot-product attention over what the cache holds plus these tokens. */
export function attend(
  projections: Projections,
  options: AttendOptions,
  context: BlockContext,
): Tensor {
  const { cache } = context;
  if (cache instanceof KeyValueCache) return cache.attend(projections, options, context);
  if (cache !== undefined) throw new RangeError("attention cannot use a cache of another kind");
  const keys = options.turned?.(projections.keys, context.start) ?? projections.keys;
  options.told?.({ keys, values: projections.values });
  const bias = options.keyBias?.(context.positionsFrom(0));
  return attended({ ...projections, keys }, options, context.mask(0, options), bias);
}
