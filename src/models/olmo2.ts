// OLMo 2: norms after each half instead of before it, and over all heads of queries and of keys.
import { z } from "zod";
import {
  baseConfig,
  causalModel,
  defineArchitecture,
  knownActivation,
  only,
  usualBlock,
  wholeNorms,
} from "./kit/index.ts";

const Olmo2Config = baseConfig.extend({
  model_type: z.literal("olmo2"),
  rms_norm_eps: z.number().positive().default(1e-5),
});

const normNames = {
  afterAttention: "post_attention_layernorm",
  afterMlp: "post_feedforward_layernorm",
};

export const olmo2 = defineArchitecture({
  config: Olmo2Config,
  requires: [
    knownActivation(),
    only("mlp_bias", [false], "this architecture has no biases there"),
    only("clip_qkv", [], "this architecture does not clip"),
  ],
  build: (config) =>
    causalModel(config, () =>
      usualBlock(config, { attention: { norms: wholeNorms(config) }, normNames }),
    ),
});
