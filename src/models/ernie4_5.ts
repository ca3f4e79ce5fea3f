// ERNIE 4.5, dense: Llama's blocks with neighbours turned in pairs and one setting for all biases.
import { z } from "zod";
import {
  baseConfig,
  type BlockDifferences,
  causalModel,
  defineArchitecture,
  headSizeOf,
  knownActivation,
  type ResidualBlock,
  ropeFrom,
  usualBlock,
} from "./kit/index.ts";

/** Keys that its form with experts has too. */
export const ernieKeys = baseConfig.extend({
  rms_norm_eps: z.number().positive().default(1e-5),
  rope_theta: z.number().positive().default(500_000),
  tie_word_embeddings: z.boolean().default(true),
  use_bias: z.boolean().default(false),
});

/** With what else it has otherwise. */
export function ernieBlock(
  config: z.infer<typeof ernieKeys>,
  others: BlockDifferences = {},
): ResidualBlock {
  const biased = { ...config, attention_bias: config.use_bias, mlp_bias: config.use_bias };
  const rotary = ropeFrom(config, headSizeOf(config), { isInterleaved: true });
  return usualBlock(biased, { attention: { rotary }, ...others });
}

export const ernie4_5 = defineArchitecture({
  config: ernieKeys.extend({
    model_type: z.literal("ernie4_5"),
    num_key_value_heads: z.int().positive().nullable().default(2),
    head_dim: z.int().positive().nullable().default(128),
  }),
  requires: [knownActivation()],
  build: (config) => causalModel(config, () => ernieBlock(config)),
});
