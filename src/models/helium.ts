// Helium: Llama's blocks with neighbours turned in pairs.
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

const HeliumConfig = baseConfig.extend({
  model_type: z.literal("helium"),
  head_dim: z.int().positive().default(128),
  rms_norm_eps: z.number().positive().default(1e-8),
  rope_theta: z.number().positive().default(100_000),
});

export const helium = defineArchitecture({
  config: HeliumConfig,
  requires: [knownActivation()],
  build: (config) => {
    const bias = { inputs: config.attention_bias, output: false };
    const rotary = () => ropeFrom(config, headSizeOf(config), { isInterleaved: true });
    return causalModel(config, () => usualBlock(config, { attention: { bias, rotary: rotary() } }));
  },
});
