// Granite with windows: Granite's blocks with a sink in each head, a layer that sees all before every three windows, and
// a rotary base for each layer, or none.
import { z } from "zod";
import {
  baseConfig,
  type BlockDifferences,
  causalModel,
  defineArchitecture,
  FULL,
  headSizeOf,
  knownActivation,
  type LayerType,
  layerTypes,
  type RotaryEmbedding,
  ropeFrom,
  SLIDING,
  usualBlock,
  windowAt,
} from "./kit/index.ts";

const factor = z.number().positive().default(1);

const GraniteSwaConfig = baseConfig.extend({
  model_type: z.literal("granite_swa"),
  num_key_value_heads: z.int().positive().nullable().default(4),
  rms_norm_eps: z.number().positive().default(1e-5),
  tie_word_embeddings: z.boolean().default(true),
  embedding_multiplier: factor,
  attention_multiplier: factor,
  residual_multiplier: factor,
  logits_scaling: factor,
  sliding_window: z.int().positive().nullable().default(128),
  layer_types: layerTypes,
  /** Of each layer; 0: it tells no positions. */
  layer_rope_theta: z.array(z.number().nonnegative()).nullish(),
});
type GraniteSwaConfig = z.infer<typeof GraniteSwaConfig>;

const usualType = (layer: number): LayerType => (layer % 4 === 0 ? FULL : SLIDING);

function rotaryAt(config: GraniteSwaConfig, layer: number): RotaryEmbedding | undefined {
  const base = config.layer_rope_theta?.[layer];
  if (base === 0) return undefined;
  if (base === undefined) return ropeFrom(config, headSizeOf(config));
  const settings = { ...(config.rope_parameters ?? config.rope_scaling), rope_theta: base };
  return ropeFrom({ ...config, rope_parameters: settings }, headSizeOf(config));
}

function differencesAt(config: GraniteSwaConfig, layer: number): BlockDifferences {
  return {
    attention: {
      scale: config.attention_multiplier,
      hasSinks: true,
      rotary: rotaryAt(config, layer),
      window: windowAt(config, layer, usualType),
    },
    residualScale: config.residual_multiplier,
  };
}

export const granite_swa = defineArchitecture({
  config: GraniteSwaConfig,
  requires: [knownActivation()],
  build: (config) =>
    causalModel(config, (layer) => usualBlock(config, differencesAt(config, layer)), {
      embeddingScale: config.embedding_multiplier,
      head: { scale: 1 / config.logits_scaling },
    }),
});
