// ERNIE 4.5, dense: Llama's blocks with neighbours turned in pairs and one setting for all biases.
import { z } from "zod";
import {
  baseConfig,
  causalModel,
  defineArchitecture,
  headSizeOf,
  knownActivation,
  ropeFrom,
  usualBlock,
} from "./kit/index.ts";

const Ernie45Config = baseConfig.extend({
  model_type: z.literal("ernie4_5"),
  num_key_value_heads: z.int().positive().nullable().default(2),
  head_dim: z.int().positive().nullable().default(128),
  rms_norm_eps: z.number().positive().default(1e-5),
  rope_theta: z.number().positive().default(500_000),
  tie_word_embeddings: z.boolean().default(true),
  use_bias: z.boolean().default(false),
});

export const ernie4_5 = defineArchitecture({
  config: Ernie45Config,
  requires: [knownActivation()],
  build: (config) => {
    const biased = { ...config, attention_bias: config.use_bias, mlp_bias: config.use_bias };
    const rotary = () => ropeFrom(config, headSizeOf(config), { isInterleaved: true });
    return causalModel(config, () => usualBlock(biased, { attention: { rotary: rotary() } }));
  },
});
