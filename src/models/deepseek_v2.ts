// DeepSeek V2: latent attention, and in most layers experts with shares of one, from the best groups where there are some.
import { z } from "zod";
import {
  activationOf,
  baseConfig,
  causalModel,
  deepseekExpertKeys,
  defineArchitecture,
  expertRecipe,
  gatedExperts,
  GatedMlp,
  gatedMlp,
  knownActivation,
  latentAttention,
  latentBlock,
  latentKeys,
  type Norm,
  only,
  SparseMlp,
} from "./kit/index.ts";

const DeepseekV2Config = baseConfig.extend({
  model_type: z.literal("deepseek_v2"),
  ...latentKeys,
  ...deepseekExpertKeys,
  n_shared_experts: z.int().positive().default(2),
  topk_method: z.enum(["greedy", "group_limited_greedy"]).default("greedy"),
});
type DeepseekV2Config = z.infer<typeof DeepseekV2Config>;

function mlp(config: DeepseekV2Config, layer: number): Norm {
  if (layer < config.first_k_dense_replace) return gatedMlp(config);
  const { hidden_size, n_routed_experts: count, moe_intermediate_size: innerSize } = config;
  const shared = { bias: config.mlp_bias, activation: activationOf(config.hidden_act) };
  const hasGroups = config.topk_method === "group_limited_greedy";
  return new SparseMlp({
    hiddenSize: hidden_size,
    count,
    experts: gatedExperts(config, { count, innerSize }),
    routing: {
      chosen: config.num_experts_per_tok,
      scores: "softmax",
      // as in transformers, which makes shares add up to one for no `norm_topk_prob`
      scale: config.routed_scaling_factor,
      groups: hasGroups
        ? { count: config.n_group ?? 1, kept: config.topk_group ?? 1, best: 1 }
        : undefined,
      isPrecise: true,
    },
    shared: new GatedMlp(hidden_size, innerSize * config.n_shared_experts, shared),
  });
}

export const deepseek_v2 = defineArchitecture({
  config: DeepseekV2Config,
  requires: [
    knownActivation(),
    only("scoring_func", ["softmax"], "experts have shares of one here"),
    only("moe_layer_freq", [1], "all layers but the first have experts here"),
  ],
  build: (config) =>
    causalModel(config, (layer) => {
      const attention = latentAttention(config, { isInterleaved: true, isStretched: true });
      return latentBlock(config, attention, mlp(config, layer));
    }),
  recipe: () => expertRecipe(),
});
