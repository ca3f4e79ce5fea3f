// GLM-4 as first published: Llama's blocks with gate and up as one layer, half of each head turned, neighbours in pairs.
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

const GlmConfig = baseConfig.extend({
  model_type: z.literal("glm"),
  num_key_value_heads: z.int().positive().nullable().default(2),
  head_dim: z.int().positive().nullable().default(128),
  rms_norm_eps: z.number().positive().default(1.5625e-7),
  partial_rotary_factor: z.number().positive().max(1).default(0.5),
  attention_bias: z.boolean().default(true),
});
type GlmConfig = z.infer<typeof GlmConfig>;

function block(config: GlmConfig) {
  const { hidden_size, intermediate_size, hidden_act } = config;
  const activation = activationOf(hidden_act);
  return usualBlock(config, {
    attention: {
      bias: { inputs: config.attention_bias, output: false },
      rotary: ropeFrom(config, headSizeOf(config), { isInterleaved: true }),
    },
    mlp: new FusedGatedMlp(hidden_size, intermediate_size, { bias: false, activation }),
  });
}

export const glm = defineArchitecture({
  config: GlmConfig,
  requires: [knownActivation(), only("mlp_bias", [false], "this architecture has no biases there")],
  build: (config) => causalModel(config, () => block(config)),
});
