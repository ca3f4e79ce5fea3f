// Gemma 3: Gemma 2's blocks with norms over heads in the place of soft caps; five windows to each layer that sees all,
// each kind with a rotary base of its own.
import { z } from "zod";
import {
  baseConfig,
  type CausalLM,
  causalModel,
  type DecoderNames,
  defineArchitecture,
  fullEvery,
  gatedMlp,
  headNorms,
  headSizeOf,
  hiddenNorm,
  knownActivation,
  layerTypeOf,
  layerTypes,
  only,
  ropeFrom,
  usualBlock,
  windowAt,
} from "./kit/index.ts";

const size = z.int().positive();
const cap = z.number().positive().nullish();

/** With the defaults of its class, on which files with pictures rely. */
export const Gemma3TextConfig = baseConfig.extend({
  model_type: z.literal("gemma3_text").default("gemma3_text"),
  vocab_size: size.default(262_208),
  hidden_size: size.default(2304),
  intermediate_size: size.default(9216),
  num_hidden_layers: size.default(26),
  num_attention_heads: size.default(8),
  num_key_value_heads: size.default(4),
  head_dim: size.default(256),
  max_position_embeddings: size.default(131_072),
  hidden_activation: z.string().default("gelu_pytorch_tanh"),
  query_pre_attn_scalar: z.number().positive().default(256),
  sliding_window: size.nullable().default(4096),
  sliding_window_pattern: size.default(6),
  layer_types: layerTypes,
  rope_theta: z.number().positive().default(1_000_000),
  rope_local_base_freq: z.number().positive().default(10_000),
  final_logit_softcapping: cap,
  tie_word_embeddings: z.boolean().default(true),
});
type Gemma3TextConfig = z.infer<typeof Gemma3TextConfig>;

const normNames = {
  beforeAttention: "input_layernorm",
  afterAttention: "post_attention_layernorm",
  beforeMlp: "pre_feedforward_layernorm",
  afterMlp: "post_feedforward_layernorm",
};

function block(config: Gemma3TextConfig, layer: number) {
  const usual = fullEvery(config.sliding_window_pattern);
  const layerType = layerTypeOf(config, layer, usual);
  const slidingBase = config.rope_local_base_freq;
  return usualBlock(config, {
    attention: {
      scale: config.query_pre_attn_scalar ** -0.5,
      norms: headNorms(config, { isOffset: true }),
      rotary: ropeFrom(config, headSizeOf(config), { layerType, slidingBase }),
      window: windowAt(config, layer, usual),
    },
    mlp: gatedMlp({ ...config, hidden_act: config.hidden_activation }),
    norm: () => hiddenNorm(config, { isOffset: true }),
    normNames,
  });
}

/** The text model, also where it is part of another. */
export function buildGemma3Text(config: Gemma3TextConfig, names?: DecoderNames): CausalLM {
  return causalModel(config, (layer) => block(config, layer), {
    norm: hiddenNorm(config, { isOffset: true }),
    embeddingScale: Math.sqrt(config.hidden_size),
    head: { softCap: config.final_logit_softcapping ?? undefined },
    // already with what the rotation stretches
    trainedLength: config.max_position_embeddings,
    ...(names !== undefined && { names }),
  });
}

export const gemma3_text = defineArchitecture({
  config: Gemma3TextConfig,
  requires: [
    knownActivation("hidden_activation"),
    only("use_bidirectional_attention", [false], "a token sees none after it here"),
    only("attn_logit_softcapping", [], "this architecture does not cap scores"),
  ],
  build: (config) => buildGemma3Text(config),
});
