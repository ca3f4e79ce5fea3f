// GPT-J: attention and feed-forward part side by side behind one LayerNorm, a part of each head turned in neighbouring
// pairs, a head with a bias.
import { z } from "zod";
import { Embedding, LayerNorm } from "../nn/index.ts";
import { drop, readsOnly, type Recipe, rename } from "../weights/index.ts";
import {
  activationOf,
  Attention,
  type AttentionShape,
  CausalLM,
  defineArchitecture,
  type HeadedAttention,
  knownActivation,
  Mlp,
  only,
  type Requirement,
  ResidualBlock,
  RotaryEmbedding,
  wholeHeads,
  gptConfig,
  gptNames,
} from "./kit/index.ts";

const size = z.int().positive();

/** GPT-J's keys, which CodeGen has as well; each adds its `model_type`. */
export const gptjConfig = gptConfig.extend({
  n_positions: size.default(2048),
  rotary_dim: size.default(64),
  activation_function: z.string().default("gelu_new"),
});
type GptjConfig = z.infer<typeof gptjConfig>;

const normOf = ({ n_embd, layer_norm_epsilon }: GptjConfig): LayerNorm =>
  new LayerNorm(n_embd, layer_norm_epsilon);

function attentionShape({ n_embd, n_head, rotary_dim, n_positions }: GptjConfig): AttentionShape {
  const turned = { dims: rotary_dim, base: 10_000, scaling: {}, maxLength: n_positions };
  return {
    hiddenSize: n_embd,
    heads: n_head,
    keyHeads: n_head,
    headSize: n_embd / n_head,
    bias: { inputs: false, output: false },
    rotary: new RotaryEmbedding(turned, { isInterleaved: true }),
    names: { output: "out_proj" },
  };
}

type MakeAttention = (shape: AttentionShape) => HeadedAttention;

function block(config: GptjConfig, makeAttention: MakeAttention): ResidualBlock {
  const { n_embd, n_inner, activation_function } = config;
  const mlp = {
    bias: true,
    activation: activationOf(activation_function),
    names: { up: "fc_in", down: "fc_out" },
  };
  const parts = {
    attention: ["attn", makeAttention(attentionShape(config))],
    mlp: ["mlp", new Mlp(n_embd, n_inner ?? 4 * n_embd, mlp)],
    norms: { beforeAttention: ["ln_1", normOf(config)] },
  } as const;
  return new ResidualBlock(parts, { isParallel: true });
}

/** The model with attention that projects in a way of its own. */
export function buildGptj(config: GptjConfig, makeAttention: MakeAttention): CausalLM {
  const parts = {
    embedding: new Embedding(config.vocab_size, config.n_embd),
    blocks: Array.from({ length: config.n_layer }, () => block(config, makeAttention)),
    norm: normOf(config),
  };
  const trainedLength = config.n_positions;
  return new CausalLM(parts, {
    names: gptNames,
    isTied: false,
    trainedLength,
    head: { bias: true },
  });
}

export const gptjRequires: readonly Requirement[] = [
  knownActivation("activation_function"),
  only("tie_word_embeddings", [false], "the head of this architecture has a bias"),
];

const recipe: Recipe = [
  drop("{path*}.attn.[bias|masked_bias|embed_positions]"),
  // as mlx-lm writes it
  readsOnly(rename("model.{path*}", "transformer.{path*}")),
];

export const gptj = defineArchitecture({
  config: gptjConfig
    .extend({ model_type: z.literal("gptj") })
    .refine(...wholeHeads("n_embd", "n_head")),
  requires: gptjRequires,
  build: (config) => buildGptj(config, (shape) => new Attention(shape)),
  recipe: () => recipe,
});
