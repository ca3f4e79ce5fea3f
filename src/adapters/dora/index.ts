// DoRA as a kind of adapter: which layers carry it. Stacks of experts do not, as in mlx-lm.
import type { Tensor } from "../../mx/index.ts";
import { isEmbeddingLike, isLinearLike, type Module } from "../../nn/index.ts";
import type { AdaptedLayer, AdapterKind, AdapterShape } from "../adapted-layer.ts";
import { LowRank } from "../lora/low-rank.ts";
import { DoraEmbedding } from "./dora-embedding.ts";
import { DoraLinear } from "./dora-linear.ts";
import { Dora } from "./dora.ts";

interface Fitting {
  /** Of the matrix as A and B see it: A is (inputs, rank), B (rank, outputs). */
  inputs: number;
  outputs: number;
  /** Rows that have a length of their own. */
  rows: number;
  wrap(shape: AdapterShape, key: Tensor): AdaptedLayer;
}

function fittingFor(layer: Module): Fitting | undefined {
  if (layer instanceof LowRank) return undefined;
  if (isLinearLike(layer)) {
    const { inputSize: inputs, outputSize: outputs } = layer;
    const wrap: Fitting["wrap"] = (shape, key) => new DoraLinear(layer, shape, key);
    return { inputs, outputs, rows: outputs, wrap };
  }
  if (isEmbeddingLike(layer)) {
    const { count: inputs, size: outputs } = layer;
    const wrap: Fitting["wrap"] = (shape, key) => new DoraEmbedding(layer, shape, key);
    return { inputs, outputs, rows: inputs, wrap };
  }
  return undefined;
}

export const dora: AdapterKind = {
  fits: (layer) => fittingFor(layer) !== undefined,
  wrap: (layer, shape, key) => fittingFor(layer)?.wrap(shape, key),
  shapes: (layer, { rank }): Record<string, readonly number[]> => {
    const fitting = fittingFor(layer);
    if (fitting === undefined) return {};
    const { inputs, outputs, rows } = fitting;
    return { lora_a: [inputs, rank], lora_b: [rank, outputs], m: [rows] };
  },
  fuse: (layer) => (layer instanceof Dora ? layer.toDense() : undefined),
};
