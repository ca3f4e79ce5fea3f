// Command R7B and A: Command R's blocks, three windows to each layer that sees all and does not tell positions.
import { z } from "zod";
import { LayerNorm } from "../nn/index.ts";
import {
  baseConfig,
  causalModel,
  defineArchitecture,
  fullEvery,
  headSizeOf,
  knownActivation,
  layerTypes,
  only,
  ropeFrom,
  usualBlock,
  windowAt,
} from "./kit/index.ts";

const Cohere2Config = baseConfig.extend({
  model_type: z.literal("cohere2"),
  layer_norm_eps: z.number().positive().default(1e-5),
  logit_scale: z.number().positive().default(0.0625),
  tie_word_embeddings: z.boolean().default(true),
  sliding_window: z.int().positive().nullable().default(4096),
  sliding_window_pattern: z.int().positive().default(4),
  layer_types: layerTypes,
});
type Cohere2Config = z.infer<typeof Cohere2Config>;

const normOf = ({ hidden_size, layer_norm_eps }: Cohere2Config): LayerNorm =>
  new LayerNorm(hidden_size, layer_norm_eps, { bias: false });

function block(config: Cohere2Config, layer: number) {
  const window = windowAt(config, layer, fullEvery(config.sliding_window_pattern));
  const rotary = ropeFrom(config, headSizeOf(config), { isInterleaved: true });
  return usualBlock(config, {
    attention: { window, rotary: window === undefined ? undefined : rotary },
    norm: () => normOf(config),
    normNames: { beforeAttention: "input_layernorm" },
    isParallel: true,
  });
}

export const cohere2 = defineArchitecture({
  config: Cohere2Config,
  requires: [
    knownActivation(),
    only("mlp_bias", [false], "this architecture has no biases there"),
    only("use_qk_norm", [false], "this architecture has no norms over heads"),
  ],
  build: (config) =>
    causalModel(config, (layer) => block(config, layer), {
      norm: normOf(config),
      head: { scale: config.logit_scale },
    }),
});
