// LoRA as a kind of adapter: which layers carry it.
import type { Tensor } from "../../mx/index.ts";
import { isEmbeddingLike, isLinearLike, isStackedLinearLike, type Module } from "../../nn/index.ts";
import type { AdaptedLayer, AdapterKind, AdapterShape } from "../adapted-layer.ts";
import { LoraEmbedding } from "./lora-embedding.ts";
import { LoraLinear } from "./lora-linear.ts";
import { LoraStacked } from "./lora-stacked.ts";
import { LowRank } from "./low-rank.ts";

interface Fitting {
  wrap(shape: AdapterShape, key: Tensor): AdaptedLayer;
  /** Of A and of B. */
  shapes(rank: number): readonly [readonly number[], readonly number[]];
}

function fittingFor(layer: Module): Fitting | undefined {
  if (layer instanceof LowRank) return undefined;
  if (isLinearLike(layer)) {
    return {
      wrap: (shape, key) => new LoraLinear(layer, shape, key),
      shapes: (rank) => [
        [layer.inputSize, rank],
        [rank, layer.outputSize],
      ],
    };
  }
  if (isStackedLinearLike(layer)) {
    return {
      wrap: (shape, key) => new LoraStacked(layer, shape, key),
      shapes: (rank) => [
        [layer.expertCount, rank, layer.inputSize],
        [layer.expertCount, layer.outputSize, rank],
      ],
    };
  }
  if (isEmbeddingLike(layer)) {
    return {
      wrap: (shape, key) => new LoraEmbedding(layer, shape, key),
      shapes: (rank) => [
        [layer.count, rank],
        [rank, layer.size],
      ],
    };
  }
  return undefined;
}

export const lora: AdapterKind = {
  fits: (layer) => fittingFor(layer) !== undefined,
  wrap: (layer, shape, key) => fittingFor(layer)?.wrap(shape, key),
  shapes: (layer, { rank }) => {
    const [lora_a, lora_b] = fittingFor(layer)?.shapes(rank) ?? [];
    return lora_a === undefined || lora_b === undefined ? {} : { lora_a, lora_b };
  },
  fuse: (layer) => (layer instanceof LowRank ? layer.toDense() : undefined),
};
