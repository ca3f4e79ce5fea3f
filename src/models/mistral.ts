// Mistral: Llama's blocks, of which each sees a window where the config has one.
import { z } from "zod";
import {
  baseConfig,
  causalModel,
  defineArchitecture,
  knownActivation,
  usualBlock,
  only,
} from "./kit/index.ts";

const MistralConfig = baseConfig.extend({
  model_type: z.literal("mistral"),
  num_key_value_heads: z.int().positive().nullable().default(8),
  sliding_window: z.int().positive().nullable().default(4096),
});

export const mistral = defineArchitecture({
  config: MistralConfig,
  requires: [
    knownActivation(),
    only("attention_bias", [false], "this architecture has no biases"),
    only("mlp_bias", [false], "this architecture has no biases"),
    only("layer_types", [], "windows are the same in every layer of it"),
  ],
  build: (config) =>
    causalModel(config, () =>
      usualBlock(config, { attention: { window: config.sliding_window ?? undefined } }),
    ),
});
