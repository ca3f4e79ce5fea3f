// Layers replaced after a model is built and before its weights meet it: here the place where a base is packed.
// Which packing a run wants is its configuration's; how packed layers compute is nn's.
import type { Packing } from "../mx/index.ts";
import { isLinearLike, PackedLinear } from "../nn/index.ts";
import { convert, packed, type Recipe, type Rule } from "../weights/index.ts";
import type { LanguageModel } from "./kit/index.ts";

/** Replaces layers of a model; returns how the parameters that were there become those that are. */
export type ReplaceLayers = (model: LanguageModel) => Recipe;

/** Linear layers of the blocks hold their weights packed; those whose rows are no whole groups stay as they are. */
export function packBlocks(packing: Packing): ReplaceLayers {
  return (model) => {
    const rules: Rule[] = [];
    for (const [index, block] of model.blocks.entries()) {
      for (const [inside, layer] of [...block.modules()]) {
        if (!isLinearLike(layer) || layer.inputSize % packing.groupSize !== 0) continue;
        const path = `${model.blockPath}.${index}.${inside}`;
        const options = { ...packing, bias: "bias" in layer };
        model.replaceChild(path, new PackedLinear(layer.inputSize, layer.outputSize, options));
        const names = ["weight", "scales", "biases"].map((part) => `${path}.${part}`);
        rules.push(convert(`${path}.weight`, names, packed(packing)));
      }
    }
    return rules;
  };
}
