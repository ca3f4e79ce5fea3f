// Qwen3.5 and 3.8: layers with a gated delta rule, and every fourth one gated attention that turns a part of its heads.
import { z } from "zod";
import {
  baseConfig,
  besideText,
  type CausalLM,
  type DecoderNames,
  defineArchitecture,
  deltaKeys,
  hybridModel,
  knownActivation,
  only,
  PlainGatedDelta,
  publishedHybrid,
} from "./kit/index.ts";

export const Qwen35TextConfig = baseConfig.extend({
  model_type: z.literal("qwen3_5_text").default("qwen3_5_text"),
  ...deltaKeys,
});

export const qwen35Requires = [
  knownActivation(),
  only("mlp_bias", [false], "this architecture has no biases there"),
];

/** The text model, also where it is part of another. */
export function buildQwen35Text(
  config: z.infer<typeof Qwen35TextConfig>,
  names?: DecoderNames,
): CausalLM {
  return hybridModel(config, { makeDelta: (shape) => new PlainGatedDelta(shape), names });
}

export const qwen3_5_text = defineArchitecture({
  config: Qwen35TextConfig,
  requires: qwen35Requires,
  build: (config) => buildQwen35Text(config),
  recipe: () => besideText,
  published: publishedHybrid,
});
