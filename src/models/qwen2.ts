// Qwen2 and 2.5: Llama's blocks, biases on queries, keys and values, a window in the upper layers where it is used.
import { z } from "zod";
import {
  baseConfig,
  causalModel,
  defineArchitecture,
  fullBelow,
  knownActivation,
  layerTypes,
  usualBlock,
  windowAt,
} from "./kit/index.ts";

const Qwen2Config = baseConfig.extend({
  model_type: z.literal("qwen2"),
  use_sliding_window: z.boolean().default(false),
  sliding_window: z.int().positive().nullable().default(4096),
  max_window_layers: z.int().nonnegative().default(28),
  layer_types: layerTypes,
});

export const qwen2 = defineArchitecture({
  config: Qwen2Config,
  requires: [knownActivation()],
  build: (config) =>
    causalModel(config, (layer) =>
      usualBlock(config, {
        attention: {
          bias: { inputs: true, output: false },
          window: windowAt(config, layer, fullBelow(config.max_window_layers)),
        },
      }),
    ),
});
