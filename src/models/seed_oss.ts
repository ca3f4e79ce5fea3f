// Seed-OSS: Llama's blocks with biases on queries, keys and values, and heads of a size of their own.
import { z } from "zod";
import {
  baseConfig,
  causalModel,
  defineArchitecture,
  knownActivation,
  usualBlock,
} from "./kit/index.ts";

const SeedOssConfig = baseConfig.extend({
  model_type: z.literal("seed_oss"),
  num_key_value_heads: z.int().positive().nullable().default(8),
  head_dim: z.int().positive().nullable().default(128),
  attention_bias: z.boolean().default(true),
  attention_out_bias: z.boolean().default(false),
});

export const seed_oss = defineArchitecture({
  config: SeedOssConfig,
  requires: [knownActivation()],
  build: (config) => {
    const bias = { inputs: config.attention_bias, output: config.attention_out_bias };
    return causalModel(config, () => usualBlock(config, { attention: { bias } }));
  },
});
