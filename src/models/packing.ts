// Layers replaced after a model is built and before its weights meet it: packed ones in the place of dense ones.
// Which packing a run wants is its configuration's; how packed layers compute is nn's.
import { modeOf, type Packing } from "../mx/index.ts";
import {
  isEmbeddingLike,
  isLinearLike,
  isPacked,
  isStackedLinearLike,
  type Module,
  PackedEmbedding,
  PackedLinear,
} from "../nn/index.ts";
import { convert, packed, type Recipe, type Rule } from "../weights/index.ts";
import type { LanguageModel } from "./kit/index.ts";

/** Replaces layers of a model; returns how the parameters that were there become those that are. */
export type ReplaceLayers = (model: LanguageModel) => Recipe;

/** The layer as it would be packed; undefined where it cannot be, or its rows are no whole groups. */
function packedOf(layer: Module, packing: Packing): Module | undefined {
  const fits = (columns: number): boolean => columns % packing.groupSize === 0;
  if (isPacked(layer)) return undefined;
  if (isLinearLike(layer) && fits(layer.inputSize)) {
    const options = { ...packing, bias: "bias" in layer };
    return new PackedLinear(layer.inputSize, layer.outputSize, options);
  }
  if (isEmbeddingLike(layer) && fits(layer.size))
    return new PackedEmbedding(layer.count, layer.size, packing);
  return undefined;
}

/** Packs the layers that `isChosen` says, where that can be done; returns their paths. */
function packLayers(
  model: LanguageModel,
  packing: Packing,
  isChosen: (path: string) => boolean,
): string[] {
  return [...model.modules()].flatMap(([path, layer]) => {
    const replacement = isChosen(path) ? packedOf(layer, packing) : undefined;
    if (replacement === undefined) return [];
    model.replaceChild(path, replacement);
    return [path];
  });
}

/**
 * Every linear layer and embedding is packed while it is loaded, as mlx-lm's conversion packs them: the head and the
 * tokens' table too. Those whose rows are no whole groups stay as they are: `leftDense` names them.
 */
export function packWhole(packing: Packing): ReplaceLayers {
  const parts =
    modeOf(packing) === "affine" ? ["weight", "scales", "biases"] : ["weight", "scales"];
  return (model) =>
    packLayers(model, packing, () => true).map((path): Rule => {
      const names = parts.map((part) => `${path}.${part}`);
      return convert(`${path}.weight`, names, packed(packing));
    });
}

/** Packs the layers that come packed: those with scales among the parameters that the stored model gives. */
export function packAsStored(
  model: LanguageModel,
  packing: Packing,
  given: ReadonlySet<string>,
): void {
  packLayers(model, packing, (path) => given.has(`${path}.scales`));
}

/** Layers of a packed model that are not packed, by path; none where nothing is packed. */
export function leftDense(model: LanguageModel): string[] {
  const layers = [...model.modules()].filter(
    ([, layer]) => isLinearLike(layer) || isEmbeddingLike(layer) || isStackedLinearLike(layer),
  );
  if (!layers.some(([, layer]) => isPacked(layer))) return [];
  return layers.filter(([, layer]) => !isPacked(layer)).map(([path]) => path);
}
