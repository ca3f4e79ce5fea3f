// Mistral: Llama's blocks, of which each sees a window where the config has one.
import { z } from "zod";
import {
  baseConfig,
  type CausalLM,
  causalModel,
  type DecoderNames,
  defineArchitecture,
  knownActivation,
  only,
  type Requirement,
  usualBlock,
} from "./kit/index.ts";

export const MistralConfig = baseConfig.extend({
  model_type: z.literal("mistral"),
  num_key_value_heads: z.int().positive().nullable().default(8),
  sliding_window: z.int().positive().nullable().default(4096),
});

/** Of Ministral too. */
export const mistralRequires: readonly Requirement[] = [
  knownActivation(),
  only("attention_bias", [false], "this architecture has no biases"),
  only("mlp_bias", [false], "this architecture has no biases"),
  only("layer_types", [], "windows are the same in every layer of it"),
];

/** The text model, also where it is part of another. */
export function buildMistral(
  config: z.infer<typeof MistralConfig>,
  names?: DecoderNames,
): CausalLM {
  const attention = { window: config.sliding_window ?? undefined };
  const block = () => usualBlock(config, { attention });
  return causalModel(config, block, names === undefined ? {} : { names });
}

export const mistral = defineArchitecture({
  config: MistralConfig,
  requires: mistralRequires,
  build: (config) => buildMistral(config),
});
