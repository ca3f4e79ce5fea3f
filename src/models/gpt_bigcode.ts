// StarCoder and SantaCoder: GPT-2's blocks with plain linear layers, and one key head for all queries.
import { z } from "zod";
import { Embedding, LayerNorm } from "../nn/index.ts";
import { drop, type Recipe, tie } from "../weights/index.ts";
import {
  activationOf,
  CausalLM,
  defineArchitecture,
  FusedAttention,
  knownActivation,
  Mlp,
  only,
  ResidualBlock,
  wholeHeads,
  gptConfig,
  gptNames,
} from "./kit/index.ts";

const GptBigcodeConfig = gptConfig
  .extend({
    model_type: z.literal("gpt_bigcode"),
    activation_function: z.string().default("gelu_pytorch_tanh"),
    scale_attn_weights: z.boolean().default(true),
    multi_query: z.boolean().default(true),
    tie_word_embeddings: z.boolean().default(true),
  })
  .refine(...wholeHeads("n_embd", "n_head"));
type GptBigcodeConfig = z.infer<typeof GptBigcodeConfig>;

const names = { ...gptNames, positions: "wpe" };

const normOf = ({ n_embd, layer_norm_epsilon }: GptBigcodeConfig): LayerNorm =>
  new LayerNorm(n_embd, layer_norm_epsilon);

function attention(config: GptBigcodeConfig): FusedAttention {
  const { n_embd, n_head, multi_query, scale_attn_weights } = config;
  const shape = {
    hiddenSize: n_embd,
    heads: n_head,
    keyHeads: multi_query ? 1 : n_head,
    headSize: n_embd / n_head,
    bias: { inputs: true, output: true },
    scale: scale_attn_weights ? undefined : 1,
    names: { output: "c_proj" },
  };
  return new FusedAttention(shape, { name: "c_attn", rows: "by key head" });
}

function block(config: GptBigcodeConfig): ResidualBlock {
  const { n_embd, n_inner, activation_function } = config;
  const mlp = {
    bias: true,
    activation: activationOf(activation_function),
    names: { up: "c_fc", down: "c_proj" },
  };
  return new ResidualBlock({
    attention: ["attn", attention(config)],
    mlp: ["mlp", new Mlp(n_embd, n_inner ?? 4 * n_embd, mlp)],
    norms: { beforeAttention: ["ln_1", normOf(config)], beforeMlp: ["ln_2", normOf(config)] },
  });
}

function build(config: GptBigcodeConfig): CausalLM {
  const { vocab_size, n_embd, n_positions, n_layer } = config;
  const parts = {
    embedding: new Embedding(vocab_size, n_embd),
    positions: new Embedding(n_positions, n_embd),
    blocks: Array.from({ length: n_layer }, () => block(config)),
    norm: normOf(config),
  };
  return new CausalLM(parts, { names, isTied: config.tie_word_embeddings });
}

const recipe = ({ tie_word_embeddings }: GptBigcodeConfig): Recipe => [
  drop("{path*}.attn.[bias|masked_bias]"),
  ...(tie_word_embeddings ? [tie("lm_head.weight", "transformer.wte.weight")] : []),
];

export const gpt_bigcode = defineArchitecture({
  config: GptBigcodeConfig,
  requires: [
    knownActivation("activation_function"),
    only("add_cross_attention", [false], "cross attention is not built"),
  ],
  build,
  recipe,
});
