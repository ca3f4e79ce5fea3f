// GLM-4.5 to 4.7: Llama's blocks of which half of each head is turned, DeepSeek-V3's experts above the first layers.
// Layers that predict further tokens are left alone.
import { z } from "zod";
import {
  baseConfig,
  causalModel,
  deepseekExpertKeys,
  deepseekMlp,
  deepseekPackedRecipe,
  deepseekRecipe,
  defineArchitecture,
  headNorms,
  knownActivation,
  only,
  usualBlock,
} from "./kit/index.ts";

const Glm4MoeConfig = baseConfig.extend({
  model_type: z.literal("glm4_moe"),
  ...deepseekExpertKeys,
  first_k_dense_replace: z.int().nonnegative().default(1),
  rms_norm_eps: z.number().positive().default(1e-5),
  partial_rotary_factor: z.number().positive().max(1).default(0.5),
  use_qk_norm: z.boolean().default(false),
});

export const glm4_moe = defineArchitecture({
  config: Glm4MoeConfig,
  requires: [knownActivation(), only("mlp_bias", [false], "this architecture has no biases there")],
  build: (config) => {
    const bias = { inputs: config.attention_bias, output: false };
    return causalModel(config, (layer) => {
      const norms = config.use_qk_norm ? headNorms(config) : undefined;
      return usualBlock(config, { attention: { bias, norms }, mlp: deepseekMlp(config, layer) });
    });
  },
  recipe: deepseekRecipe,
  packedRecipe: deepseekPackedRecipe,
});
