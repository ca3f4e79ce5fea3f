// Gemma 2: norms before and after each half, soft caps of scores and of logits, a window in every second layer.
import { z } from "zod";
import {
  baseConfig,
  causalModel,
  defineArchitecture,
  fullEvery,
  gatedMlp,
  hiddenNorm,
  knownActivation,
  layerTypes,
  only,
  usualBlock,
  windowAt,
} from "./kit/index.ts";

const cap = z.number().positive().nullable();

const Gemma2Config = baseConfig.extend({
  model_type: z.literal("gemma2"),
  head_dim: z.int().positive().default(256),
  hidden_activation: z.string().default("gelu_pytorch_tanh"),
  query_pre_attn_scalar: z.number().positive().default(256),
  sliding_window: z.int().positive().nullable().default(4096),
  layer_types: layerTypes,
  final_logit_softcapping: cap.default(30),
  attn_logit_softcapping: cap.default(50),
  tie_word_embeddings: z.boolean().default(true),
});
type Gemma2Config = z.infer<typeof Gemma2Config>;

const normNames = {
  beforeAttention: "input_layernorm",
  afterAttention: "post_attention_layernorm",
  beforeMlp: "pre_feedforward_layernorm",
  afterMlp: "post_feedforward_layernorm",
};

function block(config: Gemma2Config, layer: number) {
  return usualBlock(config, {
    attention: {
      scale: config.query_pre_attn_scalar ** -0.5,
      softCap: config.attn_logit_softcapping ?? undefined,
      window: windowAt(config, layer, fullEvery(2)),
    },
    mlp: gatedMlp({ ...config, hidden_act: config.hidden_activation }),
    norm: () => hiddenNorm(config, { isOffset: true }),
    normNames,
  });
}

export const gemma2 = defineArchitecture({
  config: Gemma2Config,
  requires: [
    knownActivation("hidden_activation"),
    only("use_bidirectional_attention", [false], "a token sees none after it here"),
  ],
  build: (config) =>
    causalModel(config, (layer) => block(config, layer), {
      norm: hiddenNorm(config, { isOffset: true }),
      embeddingScale: Math.sqrt(config.hidden_size),
      head: { softCap: config.final_logit_softcapping ?? undefined },
    }),
});
