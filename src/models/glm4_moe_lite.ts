// GLM-4.7-Flash: DeepSeek V3's blocks, with layers without experts named one by one.
import { z } from "zod";
import {
  baseConfig,
  causalModel,
  deepseekExpertKeys,
  deepseekMlp,
  deepseekPackedRecipe,
  deepseekRecipe,
  defineArchitecture,
  gatedMlp,
  knownActivation,
  latentAttention,
  latentBlock,
  latentKeys,
  type Norm,
  only,
} from "./kit/index.ts";

const Glm4MoeLiteConfig = baseConfig.extend({
  model_type: z.literal("glm4_moe_lite"),
  ...latentKeys,
  ...deepseekExpertKeys,
  rms_norm_eps: z.number().positive().default(1e-5),
  first_k_dense_replace: z.int().nonnegative().default(1),
  mlp_layer_types: z.array(z.enum(["dense", "sparse"])).nullish(),
  rope_interleave: z.boolean().default(true),
});
type Glm4MoeLiteConfig = z.infer<typeof Glm4MoeLiteConfig>;

function mlp(config: Glm4MoeLiteConfig, layer: number): Norm {
  const type = config.mlp_layer_types?.[layer];
  if (type === undefined) return deepseekMlp(config, layer);
  return type === "dense"
    ? gatedMlp(config)
    : deepseekMlp({ ...config, first_k_dense_replace: 0 }, layer);
}

export const glm4_moe_lite = defineArchitecture({
  config: Glm4MoeLiteConfig,
  requires: [
    knownActivation(),
    only("mlp_bias", [false], "this architecture has no biases there"),
    only("scoring_func", ["sigmoid"], "each expert scores for itself here"),
    only("topk_method", ["noaux_tc"], "experts are chosen from the best groups here"),
  ],
  build: (config) =>
    causalModel(config, (layer) => {
      const isInterleaved = config.rope_interleave;
      const attention = latentAttention(config, { isInterleaved, isStretched: true });
      return latentBlock(config, attention, mlp(config, layer));
    }),
  recipe: (config) => deepseekRecipe(config),
  packedRecipe: deepseekPackedRecipe,
  staysDense: ["*.kv_b_proj"],
});
