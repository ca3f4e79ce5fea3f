// SmolLM3: Llama's blocks, of which some do not tell positions.
import { z } from "zod";
import {
  baseConfig,
  causalModel,
  defineArchitecture,
  FULL,
  knownActivation,
  layerTypes,
  SLIDING,
  usualBlock,
  windowAt,
} from "./kit/index.ts";

const SmolLM3Config = baseConfig.extend({
  model_type: z.literal("smollm3"),
  num_key_value_heads: z.int().positive().nullable().default(4),
  rope_theta: z.number().positive().default(2_000_000),
  tie_word_embeddings: z.boolean().default(true),
  use_sliding_window: z.boolean().default(false),
  sliding_window: z.int().positive().nullish(),
  layer_types: layerTypes,
  /** 1 for each layer that tells positions. */
  no_rope_layers: z.array(z.int()).nullish(),
  no_rope_layer_interval: z.int().positive().default(4),
});
type SmolLM3Config = z.infer<typeof SmolLM3Config>;

function block(config: SmolLM3Config, layer: number) {
  const { no_rope_layers, no_rope_layer_interval } = config;
  const isTold = no_rope_layers?.[layer] ?? (layer + 1) % no_rope_layer_interval;
  const window = windowAt(config, layer, () => (isTold === 0 ? SLIDING : FULL));
  return usualBlock(config, {
    attention: { window, ...(isTold === 0 && { rotary: undefined }) },
  });
}

export const smollm3 = defineArchitecture({
  config: SmolLM3Config,
  requires: [knownActivation()],
  build: (config) => causalModel(config, (layer) => block(config, layer)),
});
