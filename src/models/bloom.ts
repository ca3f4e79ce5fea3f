// BLOOM: GPT-2's blocks with plain linear layers, positions told by slopes on the scores, and a LayerNorm behind the
// embedding.
import { z } from "zod";
import { Embedding, geluTanh, LayerNorm } from "../nn/index.ts";
import { readsOnly, type Recipe, rename, tie } from "../weights/index.ts";
import {
  alibi,
  CausalLM,
  defineArchitecture,
  FusedAttention,
  Mlp,
  only,
  ResidualBlock,
  wholeHeads,
} from "./kit/index.ts";

const size = z.int().positive();

const keys = z
  .looseObject({
    model_type: z.literal("bloom"),
    vocab_size: size,
    hidden_size: size,
    n_head: size,
    n_layer: size,
    seq_length: size.optional(),
    layer_norm_epsilon: z.number().positive().default(1e-5),
    tie_word_embeddings: z.boolean().default(true),
  })
  .refine(...wholeHeads("hidden_size", "n_head"));
type BloomConfig = z.infer<typeof keys>;

/** Some files have other names for sizes. */
const BloomConfig = z.preprocess((config) => {
  if (typeof config !== "object" || config === null) return config;
  const { num_attention_heads, num_hidden_layers, n_embed, ...rest } = config as Record<
    string,
    unknown
  >;
  const named = { n_head: num_attention_heads, n_layer: num_hidden_layers, ...rest };
  return n_embed === undefined ? named : { ...named, hidden_size: n_embed };
}, keys);

const names = {
  decoder: "transformer",
  embedding: "word_embeddings",
  embeddingNorm: "word_embeddings_layernorm",
  blocks: "h",
  norm: "ln_f",
  head: "lm_head",
};
const mlpNames = { up: "dense_h_to_4h", down: "dense_4h_to_h" };

const normOf = ({ hidden_size, layer_norm_epsilon }: BloomConfig): LayerNorm =>
  new LayerNorm(hidden_size, layer_norm_epsilon);

function block(config: BloomConfig): ResidualBlock {
  const { hidden_size, n_head } = config;
  const shape = {
    hiddenSize: hidden_size,
    heads: n_head,
    keyHeads: n_head,
    headSize: hidden_size / n_head,
    bias: { inputs: true, output: true },
    keyBias: alibi({ heads: n_head }),
    names: { output: "dense" },
  };
  const inputs = { name: "query_key_value", rows: "by key head" } as const;
  const mlp = { bias: true, activation: geluTanh, names: mlpNames };
  return new ResidualBlock({
    attention: ["self_attention", new FusedAttention(shape, inputs)],
    mlp: ["mlp", new Mlp(hidden_size, 4 * hidden_size, mlp)],
    norms: {
      beforeAttention: ["input_layernorm", normOf(config)],
      beforeMlp: ["post_attention_layernorm", normOf(config)],
    },
  });
}

function build(config: BloomConfig): CausalLM {
  const { vocab_size, hidden_size, n_layer, seq_length, tie_word_embeddings: isTied } = config;
  const parts = {
    embedding: new Embedding(vocab_size, hidden_size),
    embeddingNorm: normOf(config),
    blocks: Array.from({ length: n_layer }, () => block(config)),
    norm: normOf(config),
  };
  const length = seq_length === undefined ? {} : { trainedLength: seq_length };
  return new CausalLM(parts, { names, isTied, ...length });
}

const recipe = ({ tie_word_embeddings }: BloomConfig): Recipe => [
  ...(tie_word_embeddings ? [tie("lm_head.weight", "transformer.word_embeddings.weight")] : []),
  readsOnly(
    rename(
      "{part:h|ln_f|word_embeddings|word_embeddings_layernorm}.{path*}",
      "transformer.{part}.{path*}",
    ),
  ),
];

export const bloom = defineArchitecture({
  config: BloomConfig,
  requires: [
    only("apply_residual_connection_post_layernorm", [false], "what is added passes no norm here"),
  ],
  build,
  recipe,
});
