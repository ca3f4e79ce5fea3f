// Attention itself: the fused kernel, or step by step where scores are capped.
// Knows no cache and no projection.
import { arange, attention, type AttentionMask, Tensor, where } from "../../mx/index.ts";

/** Queries, keys and values (batch, heads, length, size) of the tokens of one pass. */
export interface Projections {
  queries: Tensor;
  keys: Tensor;
  values: Tensor;
}

export interface ScoreOptions {
  /** Factor on the products of queries and keys. */
  scale: number;
  /** Scores become cap · tanh(score / cap) (Gemma 2); absent: as they are. */
  softCap?: number | undefined;
}

/** Mixed values, (batch, heads, length, size); fewer key heads than query heads are shared by groups. */
export function attended(
  projections: Projections,
  { scale, softCap }: ScoreOptions,
  mask: AttentionMask,
): Tensor {
  const { queries, keys, values } = projections;
  if (softCap === undefined) return attention(queries, keys, values, scale, mask);
  return mixedByCapped(projections, { scale, softCap }, mask);
}

/** cap · tanh(x / cap). */
export function softCapped(x: Tensor, cap: number): Tensor {
  return x.div(cap).tanh().mul(cap);
}

function mixedByCapped(
  { queries, keys, values }: Projections,
  { scale, softCap }: Required<ScoreOptions> & { softCap: number },
  mask: AttentionMask,
): Tensor {
  const [batch = 1, heads = 1, length = 1, size = 1] = queries.shape;
  const [keyHeads, span] = [keys.dim(1), keys.dim(2)];
  const grouped = queries.mul(scale).reshape(batch, keyHeads, heads / keyHeads, length, size);
  const scores = softCapped(grouped.matmul(keys.expandDims(2).swapaxes(-1, -2)), softCap);
  const seen = allowed(mask, length, span);
  const visible = seen === undefined ? scores : where(seen, scores, Number.NEGATIVE_INFINITY);
  const mixed = visible.softmax(-1, true).matmul(values.expandDims(2));
  return mixed.reshape(batch, heads, length, values.dim(3));
}

/** Booleans that broadcast to (batch, key heads, group, queries, keys); undefined where everything is seen. */
function allowed(mask: AttentionMask, length: number, span: number): Tensor | undefined {
  if (mask === "") return undefined;
  if (mask === "causal") {
    const rows = arange(span - length, span).expandDims(1);
    return rows.greaterEqual(arange(0, span).expandDims(0));
  }
  const array = mask instanceof Tensor ? mask : mask.mask;
  return array.ndim === 4 ? array.expandDims(2) : array;
}
