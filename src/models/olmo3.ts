// OLMo 3: OLMo 2's blocks, three windows to each layer that sees all; only the latter are turned for long texts.
import { z } from "zod";
import {
  baseConfig,
  causalModel,
  defineArchitecture,
  fullEvery,
  headSizeOf,
  knownActivation,
  layerTypeOf,
  layerTypes,
  only,
  ropeFrom,
  usualBlock,
  wholeNorms,
  windowAt,
} from "./kit/index.ts";

/** In layers with a window too, whatever a `rope_theta` beside the other keys says. */
const usualBase = 500_000;

const Olmo3Config = baseConfig.extend({
  model_type: z.literal("olmo3"),
  rms_norm_eps: z.number().positive().default(1e-5),
  rope_theta: z.number().positive().default(usualBase),
  sliding_window: z.int().positive().nullable().default(4096),
  layer_types: layerTypes,
});
type Olmo3Config = z.infer<typeof Olmo3Config>;

const normNames = {
  afterAttention: "post_attention_layernorm",
  afterMlp: "post_feedforward_layernorm",
};

function block(config: Olmo3Config, layer: number) {
  const layerType = layerTypeOf(config, layer, fullEvery(4));
  return usualBlock(config, {
    attention: {
      norms: wholeNorms(config),
      rotary: ropeFrom(config, headSizeOf(config), { layerType, slidingBase: usualBase }),
      window: windowAt(config, layer, fullEvery(4)),
    },
    normNames,
  });
}

export const olmo3 = defineArchitecture({
  config: Olmo3Config,
  requires: [
    knownActivation(),
    only("mlp_bias", [false], "this architecture has no biases there"),
    only("clip_qkv", [], "this architecture does not clip"),
  ],
  build: (config) => causalModel(config, (layer) => block(config, layer)),
});
