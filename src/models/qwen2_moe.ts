// Qwen 1.5 and 2 with experts: Qwen2's blocks, with one expert more that every token goes to. Where there are windows,
// every second one of the lower layers has one.
import { z } from "zod";
import {
  balanceOf,
  baseConfig,
  causalModel,
  defineArchitecture,
  expertRecipe,
  FULL,
  knownActivation,
  layerTypes,
  only,
  qwenExpertKeys,
  qwenMlp,
  SLIDING,
  usualBlock,
  windowAt,
} from "./kit/index.ts";

const Qwen2MoeConfig = baseConfig.extend({
  model_type: z.literal("qwen2_moe"),
  ...qwenExpertKeys,
  shared_expert_intermediate_size: z.int().positive().default(5632),
  qkv_bias: z.boolean().default(true),
  use_sliding_window: z.boolean().default(false),
  sliding_window: z.int().nonnegative().nullish(),
  max_window_layers: z.int().nonnegative().default(28),
  layer_types: layerTypes,
});

export const qwen2_moe = defineArchitecture({
  config: Qwen2MoeConfig,
  requires: [knownActivation(), only("mlp_bias", [false], "this architecture has no biases there")],
  build: (config) => {
    const { max_window_layers: below, qkv_bias } = config;
    const block = (layer: number) =>
      usualBlock(config, {
        attention: {
          bias: { inputs: qkv_bias, output: false },
          window: windowAt(config, layer, (at) => (at % 2 === 0 && at < below ? SLIDING : FULL)),
        },
        mlp: qwenMlp(config, layer),
      });
    return causalModel(config, block, { balance: balanceOf(config, config.num_experts_per_tok) });
  },
  recipe: () => expertRecipe(),
});
