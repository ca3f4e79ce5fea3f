// What one way of combining adapters gives. Several updates of one layer become one, of scale 1.
import type { Tensor } from "../../mx/index.ts";

/** An update of a layer: A (in, rank) and B (rank, out), or stacks of them, times `strength`. */
export interface Weighted {
  a: Tensor;
  b: Tensor;
  /** Weight and scale. */
  strength: number;
}

export interface CombineOptions {
  /** Share of the numbers that are kept where some are left out. */
  density: number;
  /** Of the result, where it is not what the parts make it. */
  rank?: number | undefined;
  /** Of what is left out by chance. */
  key: Tensor;
}

export interface CombineMethod {
  summary: string;
  /** Adds factors up number by number, so that all have one rank. */
  needsSameRank?: boolean;
  /** Stacks of experts too; default true. */
  takesStacks?: boolean;
  /** Rank of what comes of these ranks. */
  rankOf(ranks: readonly number[], options: Pick<CombineOptions, "rank">): number;
  /** In the current scope; float32. */
  combine(parts: readonly Weighted[], options: CombineOptions): { a: Tensor; b: Tensor };
}
