// Mixtral: Mistral's blocks with experts in the place of the feed-forward part.
import { z } from "zod";
import {
  balanceKeys,
  balanceOf,
  activationOf,
  baseConfig,
  causalModel,
  defineArchitecture,
  expertRecipe,
  GatedExperts,
  knownActivation,
  only,
  SparseMlp,
  usualBlock,
} from "./kit/index.ts";

const MixtralConfig = baseConfig.extend({
  ...balanceKeys,
  model_type: z.literal("mixtral"),
  num_key_value_heads: z.int().positive().nullable().default(8),
  rms_norm_eps: z.number().positive().default(1e-5),
  rope_theta: z.number().positive().default(1e6),
  sliding_window: z.int().positive().nullish(),
  num_local_experts: z.int().positive().default(8),
  num_experts_per_tok: z.int().positive().default(2),
});
type MixtralConfig = z.infer<typeof MixtralConfig>;

function sparseMlp(config: MixtralConfig): SparseMlp {
  const { hidden_size: hiddenSize, intermediate_size: innerSize, hidden_act } = config;
  const count = config.num_local_experts;
  const activation = activationOf(hidden_act);
  return new SparseMlp({
    hiddenSize,
    count,
    experts: new GatedExperts({ count, hiddenSize, innerSize, activation }),
    routing: { chosen: config.num_experts_per_tok, scores: "softmax", normalized: {} },
  });
}

export const mixtral = defineArchitecture({
  config: MixtralConfig,
  requires: [
    knownActivation(),
    only("attention_bias", [false], "this architecture has no biases"),
    only("mlp_bias", [false], "this architecture has no biases"),
  ],
  build: (config) => {
    const balance = balanceOf(config, config.num_experts_per_tok);
    const attention = { window: config.sliding_window ?? undefined };
    const block = () =>
      usualBlock(config, { attention, mlp: sparseMlp(config), mlpName: "block_sparse_moe" });
    return causalModel(config, block, { balance });
  },
  recipe: () =>
    expertRecipe({
      part: "block_sparse_moe",
      orParts: ["mlp"],
      layers: ["w1", "w3", "w2"],
    }),
});
