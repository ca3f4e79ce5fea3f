// GPT-Neo: GPT-2's blocks with plain linear layers, scores that are not scaled, and a window in some layers.
import { z } from "zod";
import { Embedding, LayerNorm } from "../nn/index.ts";
import { drop, type Recipe, tie } from "../weights/index.ts";
import {
  activationOf,
  Attention,
  CausalLM,
  defineArchitecture,
  knownActivation,
  Mlp,
  ResidualBlock,
  wholeHeads,
  gptNames,
} from "./kit/index.ts";

const size = z.int().positive();
const kind = z.enum(["global", "local"]);

const GptNeoConfig = z
  .looseObject({
    model_type: z.literal("gpt_neo"),
    vocab_size: size,
    hidden_size: size,
    num_layers: size,
    num_heads: size,
    intermediate_size: size.nullish(),
    max_position_embeddings: size.default(2048),
    /** Kinds of layers in turn, and how often. */
    attention_types: z.array(z.tuple([z.array(kind), size])).nullish(),
    window_size: size.default(256),
    activation_function: z.string().default("gelu_new"),
    tie_word_embeddings: z.boolean().default(true),
    layer_norm_epsilon: z.number().positive().default(1e-5),
  })
  .refine(...wholeHeads("hidden_size", "num_heads"));
type GptNeoConfig = z.infer<typeof GptNeoConfig>;

const names = { ...gptNames, positions: "wpe" };

const normOf = ({ hidden_size, layer_norm_epsilon }: GptNeoConfig): LayerNorm =>
  new LayerNorm(hidden_size, layer_norm_epsilon);

function kindOf({ attention_types }: GptNeoConfig, layer: number): z.infer<typeof kind> {
  let before = 0;
  for (const [turn, times] of attention_types ?? []) {
    const found = turn[(layer - before) % turn.length];
    if (found !== undefined && layer < before + turn.length * times) return found;
    before += turn.length * times;
  }
  return layer % 2 === 0 ? "global" : "local";
}

function block(config: GptNeoConfig, layer: number): ResidualBlock {
  const { hidden_size, num_heads, intermediate_size, activation_function, window_size } = config;
  const attention = new Attention({
    hiddenSize: hidden_size,
    heads: num_heads,
    keyHeads: num_heads,
    headSize: hidden_size / num_heads,
    bias: { inputs: false, output: true },
    scale: 1,
    window: kindOf(config, layer) === "local" ? window_size : undefined,
    names: { output: "out_proj" },
  });
  const mlp = {
    bias: true,
    activation: activationOf(activation_function),
    names: { up: "c_fc", down: "c_proj" },
  };
  return new ResidualBlock({
    attention: ["attn.attention", attention],
    mlp: ["mlp", new Mlp(hidden_size, intermediate_size ?? 4 * hidden_size, mlp)],
    norms: { beforeAttention: ["ln_1", normOf(config)], beforeMlp: ["ln_2", normOf(config)] },
  });
}

function build(config: GptNeoConfig): CausalLM {
  const { vocab_size, hidden_size, max_position_embeddings, num_layers } = config;
  const parts = {
    embedding: new Embedding(vocab_size, hidden_size),
    positions: new Embedding(max_position_embeddings, hidden_size),
    blocks: Array.from({ length: num_layers }, (_, layer) => block(config, layer)),
    norm: normOf(config),
  };
  return new CausalLM(parts, { names, isTied: config.tie_word_embeddings });
}

const recipe = ({ tie_word_embeddings }: GptNeoConfig): Recipe => [
  drop("{path*}.attn.attention.[bias|masked_bias]"),
  ...(tie_word_embeddings ? [tie("lm_head.weight", "transformer.wte.weight")] : []),
];

export const gpt_neo = defineArchitecture({
  config: GptNeoConfig,
  requires: [knownActivation("activation_function")],
  build,
  recipe,
});
