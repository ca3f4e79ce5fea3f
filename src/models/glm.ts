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
  type NormNames,
  only,
  ropeFrom,
  usualBlock,
} from "./kit/index.ts";

/** Keys that its later forms have too. */
export const glmKeys = baseConfig.extend({
  num_key_value_heads: z.int().positive().nullable().default(2),
  head_dim: z.int().positive().nullable().default(128),
  rms_norm_eps: z.number().positive().default(1.5625e-7),
  partial_rotary_factor: z.number().positive().max(1).default(0.5),
  attention_bias: z.boolean().default(true),
});

/** With names of norms where they are not Llama's two. */
export function glmBlock(config: z.infer<typeof glmKeys>, names: { normNames?: NormNames } = {}) {
  const { hidden_size, intermediate_size, hidden_act } = config;
  const activation = activationOf(hidden_act);
  return usualBlock(config, {
    attention: {
      bias: { inputs: config.attention_bias, output: false },
      rotary: ropeFrom(config, headSizeOf(config), { isInterleaved: true }),
    },
    mlp: new FusedGatedMlp(hidden_size, intermediate_size, { bias: false, activation }),
    ...names,
  });
}

export const glmRequires = [
  knownActivation(),
  only("mlp_bias", [false], "this architecture has no biases there"),
];

export const glm = defineArchitecture({
  config: glmKeys.extend({ model_type: z.literal("glm") }),
  requires: glmRequires,
  build: (config) => causalModel(config, () => glmBlock(config)),
});
