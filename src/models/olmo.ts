// OLMo: Llama's blocks with LayerNorms that have no parameters, and projections that may be clipped.
import { z } from "zod";
import { PlainLayerNorm } from "../nn/index.ts";
import {
  baseConfig,
  causalModel,
  defineArchitecture,
  knownActivation,
  only,
  usualBlock,
} from "./kit/index.ts";

const OlmoConfig = baseConfig.extend({
  model_type: z.literal("olmo"),
  clip_qkv: z.number().positive().nullish(),
});

const norm = (): PlainLayerNorm => new PlainLayerNorm(1e-5);

export const olmo = defineArchitecture({
  config: OlmoConfig,
  requires: [knownActivation(), only("mlp_bias", [false], "this architecture has no biases there")],
  build: (config) => {
    const attention = { clip: config.clip_qkv ?? undefined };
    return causalModel(config, () => usualBlock(config, { attention, norm }), { norm: norm() });
  },
});
