// Phi-3, 3.5 and 4: Llama's blocks with queries, keys and values as one layer, and gate and up as one.
import { z } from "zod";
import {
  activationOf,
  attentionShape,
  baseConfig,
  causalModel,
  defineArchitecture,
  FusedAttention,
  FusedGatedMlp,
  hiddenNorm,
  knownActivation,
  only,
  ResidualBlock,
} from "./kit/index.ts";

const Phi3Config = baseConfig.extend({
  model_type: z.literal("phi3"),
  rms_norm_eps: z.number().positive().default(1e-5),
  max_position_embeddings: z.int().positive().default(4096),
  original_max_position_embeddings: z.int().positive().default(4096),
  sliding_window: z.int().positive().nullish(),
});
type Phi3Config = z.infer<typeof Phi3Config>;

function block(config: Phi3Config): ResidualBlock {
  const { hidden_size, intermediate_size, hidden_act } = config;
  const shape = { ...attentionShape(config), window: config.sliding_window ?? undefined };
  const fused = { name: "qkv_proj", rows: "by kind" } as const;
  const mlp = { bias: false, activation: activationOf(hidden_act) };
  return new ResidualBlock({
    attention: ["self_attn", new FusedAttention(shape, fused)],
    mlp: ["mlp", new FusedGatedMlp(hidden_size, intermediate_size, mlp)],
    norms: {
      beforeAttention: ["input_layernorm", hiddenNorm(config)],
      beforeMlp: ["post_attention_layernorm", hiddenNorm(config)],
    },
  });
}

export const phi3 = defineArchitecture({
  config: Phi3Config,
  requires: [
    knownActivation(),
    only("attention_bias", [false], "this architecture has no biases"),
    only("mlp_bias", [false], "this architecture has no biases"),
  ],
  build: (config) => causalModel(config, () => block(config)),
});
