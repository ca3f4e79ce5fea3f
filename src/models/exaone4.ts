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
  SLIDING,
  usualBlock,
  windowAt,
} from "./kit/index.ts";

const Exaone4Config = baseConfig.extend({
  model_type: z.literal("exaone4"),
  rms_norm_eps: z.number().positive().default(1e-5),
  sliding_window: z.int().positive().nullable().default(4096),
  /** Every which layer sees everything; or the kinds of layers in turn, L local and G global. */
  sliding_window_pattern: z
    .union([z.int().nonnegative(), z.string().regex(/^[LG]+$/)])
    .nullable()
    .default(4),
  layer_types: layerTypes,
});
type Exaone4Config = z.infer<typeof Exaone4Config>;

const normNames = {
  afterAttention: "post_attention_layernorm",
  afterMlp: "post_feedforward_layernorm",
};

function usualTypes({ sliding_window, sliding_window_pattern: pattern }: Exaone4Config) {
  if (sliding_window === null || pattern === null) return fullEvery(1);
  if (typeof pattern === "number") return fullEvery(pattern);
  return (layer: number) => (pattern[layer % pattern.length] === "G" ? FULL : SLIDING);
}

function block(config: Exaone4Config, layer: number) {
  const usual = usualTypes(config);
  const isMute = config.sliding_window !== null && layerTypeOf(config, layer, usual) === FULL;
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
