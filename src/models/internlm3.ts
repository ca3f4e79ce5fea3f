// InternLM3: Llama's blocks, with names of its own for biases.
import { z } from "zod";
import {
  baseConfig,
  causalModel,
  defineArchitecture,
  knownActivation,
  usualBlock,
} from "./kit/index.ts";

const InternLm3Config = baseConfig.extend({
  model_type: z.literal("internlm3"),
  num_key_value_heads: z.int().positive().nullable().default(2),
  head_dim: z.int().positive().nullable().default(128),
  rms_norm_eps: z.number().positive().default(1e-5),
  max_position_embeddings: z.int().positive().default(32_768),
  qkv_bias: z.boolean().nullish(),
  bias: z.boolean().nullish(),
});

export const internlm3 = defineArchitecture({
  config: InternLm3Config,
  requires: [knownActivation()],
  build: (config) => {
    const inputs = config.qkv_bias ?? config.attention_bias;
    const output = config.bias ?? config.mlp_bias;
    const biased = { ...config, mlp_bias: output };
    const attention = { bias: { inputs, output } };
    return causalModel(config, () => usualBlock(biased, { attention }));
  },
});
