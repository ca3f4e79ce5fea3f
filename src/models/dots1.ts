// dots.llm1: Qwen3's attention, with a window in the upper layers where it is used, and DeepSeek-V3's experts.
import { z } from "zod";
import {
  baseConfig,
  causalModel,
  deepseekExpertKeys,
  deepseekMlp,
  deepseekPackedRecipe,
  deepseekRecipe,
  defineArchitecture,
  fullBelow,
  headNorms,
  knownActivation,
  layerTypes,
  only,
  usualBlock,
  windowAt,
} from "./kit/index.ts";

const Dots1Config = baseConfig.extend({
  model_type: z.literal("dots1"),
  ...deepseekExpertKeys,
  norm_topk_prob: z.boolean().default(false),
  sliding_window: z.int().positive().nullable().default(4096),
  max_window_layers: z.int().nonnegative().default(62),
  layer_types: layerTypes,
});

/** As mlx-lm calls them here. */
const names = { experts: "experts" };

export const dots1 = defineArchitecture({
  config: Dots1Config,
  requires: [knownActivation(), only("mlp_bias", [false], "this architecture has no biases there")],
  build: (config) =>
    causalModel(config, (layer) =>
      usualBlock(config, {
        attention: {
          norms: headNorms(config),
          window: windowAt(config, layer, fullBelow(config.max_window_layers)),
        },
        mlp: deepseekMlp(config, layer, names),
      }),
    ),
  recipe: (config) => deepseekRecipe(config, names),
  packedRecipe: deepseekPackedRecipe,
});
