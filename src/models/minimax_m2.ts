// MiniMax-M2: norms over all heads of queries and of keys, part of each head turned, experts that score for themselves.
import { z } from "zod";
import {
  balanceKeys,
  balanceOf,
  baseConfig,
  causalModel,
  defineArchitecture,
  expertRecipe,
  gatedExperts,
  headSizeOf,
  knownActivation,
  only,
  SparseMlp,
  usualBlock,
  wholeNorms,
} from "./kit/index.ts";

const MinimaxM2Config = baseConfig.extend({
  ...balanceKeys,
  model_type: z.literal("minimax_m2"),
  num_key_value_heads: z.int().positive().nullable().default(8),
  head_dim: z.int().positive().nullable().default(128),
  rope_theta: z.number().positive().default(5e6),
  /** As its own files say what `partial_rotary_factor` is a share of. */
  rotary_dim: z.int().positive().nullish(),
  num_local_experts: z.int().positive().default(256),
  num_experts_per_tok: z.int().positive().default(8),
});
type MinimaxM2Config = z.infer<typeof MinimaxM2Config>;

function sparseMlp(config: MinimaxM2Config): SparseMlp {
  const { num_local_experts: count, intermediate_size: innerSize } = config;
  return new SparseMlp({
    hiddenSize: config.hidden_size,
    count,
    experts: gatedExperts(config, { count, innerSize }),
    routing: { chosen: config.num_experts_per_tok, scores: "sigmoid", normalized: {} },
    selectionBias: true,
  });
}

export const minimax_m2 = defineArchitecture({
  config: MinimaxM2Config,
  requires: [
    knownActivation(),
    only("attention_bias", [false], "this architecture has no biases"),
    only("mlp_bias", [false], "this architecture has no biases"),
  ],
  build: (config) => {
    const { rotary_dim, partial_rotary_factor } = config;
    const share = rotary_dim ? rotary_dim / headSizeOf(config) : partial_rotary_factor;
    const told = { ...config, partial_rotary_factor: share };
    const block = () =>
      usualBlock(told, {
        attention: { norms: wholeNorms(config) },
        mlp: sparseMlp(config),
        mlpName: "block_sparse_moe",
      });
    return causalModel(told, block, { balance: balanceOf(config, config.num_experts_per_tok) });
  },
  recipe: () =>
    expertRecipe({ part: "block_sparse_moe", orParts: ["mlp"], layers: ["w1", "w3", "w2"] }),
});
