// CodeGen: GPT-J's blocks; queries, values and keys are one layer, in four parts of each.
import { z } from "zod";
import type { Tensor } from "../mx/index.ts";
import { Embedding, LayerNorm, Linear } from "../nn/index.ts";
import { drop, type Recipe } from "../weights/index.ts";
import {
  activationOf,
  type AttentionShape,
  CausalLM,
  defineArchitecture,
  gptConfig,
  gptNames,
  HeadedAttention,
  knownActivation,
  Mlp,
  only,
  type Projections,
  ResidualBlock,
  RotaryEmbedding,
  wholeHeads,
} from "./kit/index.ts";

const size = z.int().positive();
/** As many machines trained it, each some of the heads. */
const parts = 4;

const CodegenConfig = gptConfig
  .extend({
    model_type: z.literal("codegen"),
    n_positions: size.default(2048),
    rotary_dim: size.default(64),
    activation_function: z.string().default("gelu_new"),
  })
  .refine(...wholeHeads("n_embd", "n_head"))
  .refine(({ n_head }) => n_head % parts === 0, {
    path: ["n_head"],
    error: "is not a multiple of 4",
  });
type CodegenConfig = z.infer<typeof CodegenConfig>;

const normOf = ({ n_embd, layer_norm_epsilon }: CodegenConfig): LayerNorm =>
  new LayerNorm(n_embd, layer_norm_epsilon);

class CodegenAttention extends HeadedAttention {
  declare qkv_proj: Linear;

  constructor(shape: AttentionShape) {
    const layer = new Linear(shape.hiddenSize, 3 * shape.hiddenSize, { bias: false });
    super(shape, { qkv_proj: layer });
  }

  protected project(x: Tensor): Projections {
    const [batch = 1, length = 1, width = 1] = x.shape;
    const [queries, values, keys] = this.qkv_proj
      .forward(x)
      .reshape(batch, length, parts, 3 * (width / parts))
      .split(3)
      .map((part) => part.reshape(batch, length, width)) as [Tensor, Tensor, Tensor];
    return { queries, keys, values };
  }
}

function attention({ n_embd, n_head, rotary_dim, n_positions }: CodegenConfig): CodegenAttention {
  const turned = { dims: rotary_dim, base: 10_000, scaling: {}, maxLength: n_positions };
  return new CodegenAttention({
    hiddenSize: n_embd,
    heads: n_head,
    keyHeads: n_head,
    headSize: n_embd / n_head,
    bias: { inputs: false, output: false },
    rotary: new RotaryEmbedding(turned, { isInterleaved: true }),
    names: { output: "out_proj" },
  });
}

function block(config: CodegenConfig): ResidualBlock {
  const { n_embd, n_inner, activation_function } = config;
  const mlp = {
    bias: true,
    activation: activationOf(activation_function),
    names: { up: "fc_in", down: "fc_out" },
  };
  const halves = {
    attention: ["attn", attention(config)],
    mlp: ["mlp", new Mlp(n_embd, n_inner ?? 4 * n_embd, mlp)],
    norms: { beforeAttention: ["ln_1", normOf(config)] },
  } as const;
  return new ResidualBlock(halves, { isParallel: true });
}

function build(config: CodegenConfig): CausalLM {
  const decoder = {
    embedding: new Embedding(config.vocab_size, config.n_embd),
    blocks: Array.from({ length: config.n_layer }, () => block(config)),
    norm: normOf(config),
  };
  const trainedLength = config.n_positions;
  return new CausalLM(decoder, {
    names: gptNames,
    isTied: false,
    trainedLength,
    head: { bias: true },
  });
}

const recipe: Recipe = [drop("{path*}.attn.[bias|causal_mask|masked_bias|embed_positions]")];

export const codegen = defineArchitecture({
  config: CodegenConfig,
  requires: [
    knownActivation("activation_function"),
    only("tie_word_embeddings", [false], "the head of this architecture has a bias"),
  ],
  build,
  recipe: () => recipe,
});
