// Where the two factors of a low-rank adapter begin, other than at nothing.
import type { Tensor } from "../../mx/index.ts";

export interface Factors {
  /** (inputs, rank) */
  a: Tensor;
  /** (rank, outputs) */
  b: Tensor;
}

export interface FactorStart {
  /** A few words for lists. */
  about: string;
  /**
   * Factors of rank `rank` drawn from a matrix (inputs, outputs), of which scale·A·B is taken off again: training begins
   * at the base model whatever they are. Undefined: A is random, B zero. Builds a graph, evaluates nothing.
   */
  factors: ((matrix: Tensor, rank: number, scale: number, key: Tensor) => Factors) | undefined;
}
