// DeepSeek V3 and R1: latent attention, and in most layers experts, each of which scores for itself, in groups.
import { z } from "zod";
import {
  baseConfig,
  causalModel,
  deepseekExpertKeys,
  deepseekMlp,
  deepseekPackedRecipe,
  deepseekRecipe,
  defineArchitecture,
  knownActivation,
  latentAttention,
  latentBlock,
  latentKeys,
  only,
} from "./kit/index.ts";

const DeepseekV3Config = baseConfig.extend({
  model_type: z.literal("deepseek_v3"),
  ...latentKeys,
  ...deepseekExpertKeys,
  rope_interleave: z.boolean().default(true),
});
type DeepseekV3Config = z.infer<typeof DeepseekV3Config>;

function block(config: DeepseekV3Config, layer: number) {
  const isInterleaved = config.rope_interleave;
  const attention = latentAttention(config, { isInterleaved, isStretched: true });
  return latentBlock(config, attention, deepseekMlp(config, layer));
}

export const deepseek_v3 = defineArchitecture({
  config: DeepseekV3Config,
  requires: [
    knownActivation(),
    only("mlp_bias", [false], "this architecture has no biases there"),
    only("scoring_func", ["sigmoid"], "each expert scores for itself here"),
    only("topk_method", ["noaux_tc"], "experts are chosen from the best groups here"),
    only("moe_layer_freq", [1], "all layers but the first have experts here"),
  ],
  build: (config) => causalModel(config, (layer) => block(config, layer)),
  recipe: (config) => deepseekRecipe(config),
  packedRecipe: deepseekPackedRecipe,
  staysDense: ["*.kv_b_proj"],
});
