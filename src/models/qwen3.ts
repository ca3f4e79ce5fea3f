// Qwen3: Llama's blocks, a norm over each head of queries and keys, a window in the upper layers where it is used.
import { z } from "zod";
import {
  baseConfig,
  causalModel,
  defineArchitecture,
  fullBelow,
  headNorms,
  knownActivation,
  layerTypes,
  usualBlock,
  windowAt,
} from "./kit/index.ts";

const Qwen3Config = baseConfig.extend({
  model_type: z.literal("qwen3"),
  head_dim: z.int().positive().default(128),
  use_sliding_window: z.boolean().default(false),
  sliding_window: z.int().positive().nullable().default(4096),
  max_window_layers: z.int().nonnegative().default(28),
  layer_types: layerTypes,
});

export const qwen3 = defineArchitecture({
  config: Qwen3Config,
  requires: [knownActivation()],
  build: (config) =>
    causalModel(config, (layer) =>
      usualBlock(config, {
        attention: {
          norms: headNorms(config),
          window: windowAt(config, layer, fullBelow(config.max_window_layers)),
        },
      }),
    ),
});
