// LoRA as a kind of adapter: which layers carry it.
import type { Tensor } from "../../mx/index.ts";
import { isEmbeddingLike, isLinearLike, isStackedLinearLike, type Module } from "../../nn/index.ts";
import type { AdaptedLayer, AdapterKind, AdapterShape } from "../adapted-layer.ts";
import { LoraEmbedding } from "./lora-embedding.ts";
import { LoraLinear } from "./lora-linear.ts";
import { LoraStacked } from "./lora-stacked.ts";
import { LowRank } from "./low-rank.ts";

type Wrap = (layer: Module, shape: AdapterShape, key: Tensor) => AdaptedLayer;

function wrapFor(layer: Module): Wrap | undefined {
  if (layer instanceof LowRank) return undefined;
  if (isLinearLike(layer)) return (_, shape, key) => new LoraLinear(layer, shape, key);
  if (isStackedLinearLike(layer)) return (_, shape, key) => new LoraStacked(layer, shape, key);
  if (isEmbeddingLike(layer)) return (_, shape, key) => new LoraEmbedding(layer, shape, key);
  return undefined;
}

export const lora: AdapterKind = {
  fits: (layer) => wrapFor(layer) !== undefined,
  wrap: (layer, shape, key) => wrapFor(layer)?.(layer, shape, key),
  fuse: (layer) => (layer instanceof LowRank ? layer.toDense() : undefined),
};
