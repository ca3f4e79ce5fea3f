// OLMoE: Llama's blocks with norms over all heads of queries and of keys, and experts in every layer.
import { z } from "zod";
import {
  balanceKeys,
  balanceOf,
  baseConfig,
  causalModel,
  defineArchitecture,
  expertRecipe,
  gatedExperts,
  knownActivation,
  only,
  SparseMlp,
  usualBlock,
  wholeNorms,
} from "./kit/index.ts";

const OlmoeConfig = baseConfig.extend({
  ...balanceKeys,
  model_type: z.literal("olmoe"),
  rms_norm_eps: z.number().positive().default(1e-5),
  clip_qkv: z.number().positive().nullish(),
  num_experts: z.int().positive().default(64),
  num_experts_per_tok: z.int().positive().default(8),
  norm_topk_prob: z.boolean().default(false),
});
type OlmoeConfig = z.infer<typeof OlmoeConfig>;

function sparseMlp(config: OlmoeConfig): SparseMlp {
  const { num_experts: count, intermediate_size: innerSize } = config;
  return new SparseMlp({
    hiddenSize: config.hidden_size,
    count,
    experts: gatedExperts(config, { count, innerSize }),
    routing: {
      chosen: config.num_experts_per_tok,
      scores: "softmax",
      normalized: config.norm_topk_prob ? {} : undefined,
    },
  });
}

export const olmoe = defineArchitecture({
  config: OlmoeConfig,
  requires: [knownActivation(), only("mlp_bias", [false], "this architecture has no biases there")],
  build: (config) => {
    const clip = config.clip_qkv ?? undefined;
    const block = () =>
      usualBlock(config, {
        attention: { norms: wholeNorms(config), clip },
        mlp: sparseMlp(config),
      });
    return causalModel(config, block, {
      balance: balanceOf(config, config.num_experts_per_tok, 0.01),
    });
  },
  recipe: () => expertRecipe(),
});
