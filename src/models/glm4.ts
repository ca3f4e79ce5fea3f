// GLM-4 of April 2025: GLM's blocks with a norm behind each half too.
import { z } from "zod";
import {
  activationOf,
  baseConfig,
  causalModel,
  defineArchitecture,
  FusedGatedMlp,
  headSizeOf,
  knownActivation,
  only,
  ropeFrom,
  usualBlock,
} from "./kit/index.ts";

const Glm4Config = baseConfig.extend({
  model_type: z.literal("glm4"),
  num_key_value_heads: z.int().positive().nullable().default(2),
  head_dim: z.int().positive().nullable().default(128),
  rms_norm_eps: z.number().positive().default(1.5625e-7),
  partial_rotary_factor: z.number().positive().max(1).default(0.5),
  attention_bias: z.boolean().default(true),
});
type Glm4Config = z.infer<typeof Glm4Config>;

const normNames = {
  beforeAttention: "input_layernorm",
  afterAttention: "post_self_attn_layernorm",
  beforeMlp: "post_attention_layernorm",
  afterMlp: "post_mlp_layernorm",
};

function block(config: Glm4Config) {
  const { hidden_size, intermediate_size, hidden_act } = config;
  const activation = activationOf(hidden_act);
  return usualBlock(config, {
    attention: {
      bias: { inputs: config.attention_bias, output: false },
      rotary: ropeFrom(config, headSizeOf(config), { isInterleaved: true }),
    },
    mlp: new FusedGatedMlp(hidden_size, intermediate_size, { bias: false, activation }),
    normNames,
  });
}

export const glm4 = defineArchitecture({
  config: Glm4Config,
  requires: [knownActivation(), only("mlp_bias", [false], "this architecture has no biases there")],
  build: (config) => causalModel(config, () => block(config)),
});
