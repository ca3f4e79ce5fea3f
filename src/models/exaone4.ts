// EXAONE 4: norms behind each half and over heads; where some layers have windows, the others do not tell positions.
import { z } from "zod";
import {
  baseConfig,
  causalModel,
  defineArchitecture,
  FULL,
  fullEvery,
  headNorms,
  knownActivation,
  layerTypeOf,
  layerTypes,
  only,
  usualBlock,
  windowAt,
} from "./kit/index.ts";

const Exaone4Config = baseConfig.extend({
  model_type: z.literal("exaone4"),
  rms_norm_eps: z.number().positive().default(1e-5),
  sliding_window: z.int().positive().nullable().default(4096),
  sliding_window_pattern: z.int().nonnegative().nullable().default(4),
  layer_types: layerTypes,
});
type Exaone4Config = z.infer<typeof Exaone4Config>;

const normNames = {
  afterAttention: "post_attention_layernorm",
  afterMlp: "post_feedforward_layernorm",
};

function block(config: Exaone4Config, layer: number) {
  const { sliding_window, sliding_window_pattern } = config;
  const usual = fullEvery(sliding_window === null ? 1 : (sliding_window_pattern ?? 1));
  const isMute = sliding_window !== null && layerTypeOf(config, layer, usual) === FULL;
  return usualBlock(config, {
    attention: {
      norms: headNorms(config),
      window: windowAt(config, layer, usual),
      ...(isMute && { rotary: undefined }),
    },
    normNames,
  });
}

export const exaone4 = defineArchitecture({
  config: Exaone4Config,
  requires: [
    knownActivation(),
    only("attention_bias", [false], "this architecture has no biases"),
    only("mlp_bias", [false], "this architecture has no biases"),
  ],
  build: (config) => causalModel(config, (layer) => block(config, layer)),
});
