// GPT-2 and DialoGPT: learned positions, LayerNorm, one fused query-key-value projection, tanh GELU, tied head.
// Its files hold linear layers as Conv1D, (in, out): the only transposed weights there are.
import { z } from "zod";
import type { Tensor } from "../mx/index.ts";
import { Embedding, geluTanh, LayerNorm, Linear, Module } from "../nn/index.ts";
import { drop, readsOnly, type Recipe, rename, tie, transpose } from "../weights/index.ts";
import {
  attend,
  Block,
  type BlockContext,
  CausalLM,
  defineArchitecture,
  mergeHeads,
  only,
  splitHeads,
  wholeHeads,
  gptConfig,
} from "./kit/index.ts";

const Gpt2Config = gptConfig
  .extend({
    model_type: z.literal("gpt2"),
  })
  .refine(...wholeHeads("n_embd", "n_head"));
type Gpt2Config = z.infer<typeof Gpt2Config>;

class Gpt2Attention extends Module {
  c_attn: Linear;
  c_proj: Linear;
  readonly headCount: number;

  constructor({ n_embd, n_head }: Gpt2Config) {
    super();
    this.headCount = n_head;
    this.c_attn = new Linear(n_embd, 3 * n_embd, { bias: true });
    this.c_proj = new Linear(n_embd, n_embd, { bias: true, closesResidual: true });
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    const [queries, keys, values] = this.c_attn
      .forward(x)
      .split(3)
      .map((part) => splitHeads(part, this.headCount)) as [Tensor, Tensor, Tensor];
    const scale = queries.dim(3) ** -0.5;
    return this.c_proj.forward(mergeHeads(attend({ queries, keys, values }, { scale }, context)));
  }
}

class Gpt2Mlp extends Module {
  c_fc: Linear;
  c_proj: Linear;

  constructor({ n_embd, n_inner }: Gpt2Config) {
    super();
    const inner = n_inner ?? 4 * n_embd;
    this.c_fc = new Linear(n_embd, inner, { bias: true });
    this.c_proj = new Linear(inner, n_embd, { bias: true, closesResidual: true });
  }

  /** The approximation of GELU is several operations, each of which keeps its input. */
  get innerArrays(): number {
    return 6.2;
  }

  forward(x: Tensor): Tensor {
    return this.c_proj.forward(geluTanh(this.c_fc.forward(x)));
  }
}

class Gpt2Block extends Block {
  ln_1: LayerNorm;
  attn: Gpt2Attention;
  ln_2: LayerNorm;
  mlp: Gpt2Mlp;

  constructor(config: Gpt2Config) {
    super();
    this.ln_1 = new LayerNorm(config.n_embd, config.layer_norm_epsilon);
    this.attn = new Gpt2Attention(config);
    this.ln_2 = new LayerNorm(config.n_embd, config.layer_norm_epsilon);
    this.mlp = new Gpt2Mlp(config);
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    const h = x.add(this.attn.forward(this.ln_1.forward(x), context));
    return h.add(this.mlp.forward(this.ln_2.forward(h)));
  }
}

const names = {
  decoder: "model",
  embedding: "wte",
  positions: "wpe",
  blocks: "h",
  norm: "ln_f",
  head: "lm_head",
};

function build(config: Gpt2Config): CausalLM {
  const { vocab_size, n_embd, n_positions, n_layer, layer_norm_epsilon } = config;
  const parts = {
    embedding: new Embedding(vocab_size, n_embd),
    positions: new Embedding(n_positions, n_embd),
    blocks: Array.from({ length: n_layer }, () => new Gpt2Block(config)),
    norm: new LayerNorm(n_embd, layer_norm_epsilon),
  };
  return new CausalLM(parts, { names, isTied: true });
}

/** With or without the "transformer." prefix. Files of mlx-lm have the prefix "model." and are transposed already. */
const recipe: Recipe = [
  drop("{path*}.attn.[bias|masked_bias]"),
  tie("lm_head.weight", "model.wte.weight"),
  readsOnly(rename("model.{path*}")),
  transpose(
    "[transformer.|]{path*}.{layer:c_attn|c_proj|c_fc}.weight",
    "model.{path*}.{layer}.weight",
  ),
  rename("[transformer.|]{path*}", "model.{path*}"),
];

export const gpt2 = defineArchitecture({
  config: Gpt2Config,
  requires: [
    only("activation_function", ["gelu_new", "gelu_pytorch_tanh"], "only tanh GELU is built"),
    only("scale_attn_by_inverse_layer_idx", [false], "per-layer attention scales are not built"),
    only("scale_attn_weights", [true], "unscaled attention is not built"),
    only("tie_word_embeddings", [true], "an untied head is not built"),
    only("add_cross_attention", [false], "cross attention is not built"),
  ],
  build,
  recipe: () => recipe,
});
