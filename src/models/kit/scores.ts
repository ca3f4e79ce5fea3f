// What attention does with queries, keys and values that are ready.
// Knows no cache and no projection.
import { attention, type AttentionMask, type ScoreShaping, type Tensor } from "../../mx/index.ts";

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
  /** (heads): learned scores of nothing, which take their share of each query's softmax (Xiao et al. 2023). */
  sinks?: Tensor | undefined;
}

/** Mixed values, (batch, heads, length, size); fewer key heads than query heads are shared by groups. */
export function attended(
  { queries, keys, values }: Projections,
  { scale, softCap, sinks }: ScoreOptions,
  mask: AttentionMask,
  keyBias?: ScoreShaping["keyBias"],
): Tensor {
  return attention(queries, keys, values, scale, mask, { softCap, sinks, keyBias });
}

/** cap · tanh(x / cap). */
export function softCapped(x: Tensor, cap: number): Tensor {
  return x.div(cap).tanh().mul(cap);
}
