// GPT-2 and DialoGPT: learned positions, LayerNorm, one fused query-key-value projection, tanh GELU, tied head.
// Its checkpoints store linear layers as Conv1D, (in, out): the only transposed weights there are.
import { z } from "zod";
import { ModelError } from "../core/errors.ts";
import { arange, type Tensor } from "../mx/index.ts";
import { Embedding, geluTanh, LayerNorm, Linear, Module } from "../nn/index.ts";
import { drop, readsOnly, type Recipe, rename, tie, transpose } from "../weights/index.ts";
import {
  attend,
  type BlockContext,
  blockContexts,
  defineArchitecture,
  type ForwardContext,
  LanguageModel,
  mergeHeads,
  only,
  splitHeads,
} from "./kit/index.ts";

const size = z.number().int().positive();

const Gpt2Config = z
  .looseObject({
    model_type: z.literal("gpt2"),
    vocab_size: size,
    n_embd: size,
    n_head: size,
    n_layer: size,
    n_positions: size.default(1024),
    n_inner: size.nullish(),
    layer_norm_epsilon: z.number().positive().default(1e-5),
  })
  .refine(({ n_embd, n_head }) => n_embd % n_head === 0, {
    path: ["n_embd"],
    error: "is not a multiple of n_head",
  });
type Gpt2Config = z.infer<typeof Gpt2Config>;

class Gpt2Attention extends Module {
  c_attn: Linear;
  c_proj: Linear;
  readonly #heads: number;

  get headCount(): number {
    return this.#heads;
  }

  constructor({ n_embd, n_head }: Gpt2Config) {
    super();
    this.#heads = n_head;
    this.c_attn = new Linear(n_embd, 3 * n_embd, { bias: true });
    this.c_proj = new Linear(n_embd, n_embd, { bias: true, closesResidual: true });
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    const [queries, keys, values] = this.c_attn
      .forward(x)
      .split(3)
      .map((part) => splitHeads(part, this.#heads)) as [Tensor, Tensor, Tensor];
    return this.c_proj.forward(mergeHeads(attend(queries, keys, values, context)));
  }
}

class Gpt2Mlp extends Module {
  c_fc: Linear;
  c_proj: Linear;

  constructor(config: Gpt2Config) {
    super();
    const inner = config.n_inner ?? 4 * config.n_embd;
    this.c_fc = new Linear(config.n_embd, inner, { bias: true });
    this.c_proj = new Linear(inner, config.n_embd, { bias: true, closesResidual: true });
  }

  forward(x: Tensor): Tensor {
    return this.c_proj.forward(geluTanh(this.c_fc.forward(x)));
  }
}

class Gpt2Block extends Module {
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

class Gpt2Decoder extends Module {
  wte: Embedding;
  wpe: Embedding;
  h: Gpt2Block[];
  ln_f: LayerNorm;

  constructor(config: Gpt2Config) {
    super();
    this.wte = new Embedding(config.vocab_size, config.n_embd);
    this.wpe = new Embedding(config.n_positions, config.n_embd);
    this.h = Array.from({ length: config.n_layer }, () => new Gpt2Block(config));
    this.ln_f = new LayerNorm(config.n_embd, config.layer_norm_epsilon);
  }

  forward(ids: Tensor, context: ForwardContext): Tensor {
    const contexts = blockContexts(ids.dim(1), this.h.length, context);
    const offset = contexts[0]?.offset ?? 0;
    this.#requirePositions(offset + ids.dim(1), context);
    const positions = context.positions ?? arange(offset, offset + ids.dim(1));
    let x = this.wte.forward(ids).add(this.wpe.forward(positions));
    for (const [index, block] of this.h.entries()) {
      x = block.forward(x, contexts[index] as BlockContext);
    }
    return this.ln_f.forward(x);
  }

  /** Reading past the table would return whatever lies behind it. */
  #requirePositions(count: number, { positions }: ForwardContext): void {
    const known = this.wpe.count;
    if (positions !== undefined || count <= known) return;
    throw new ModelError("FT-MODEL-013", {
      message: `${count} tokens, but the model has learned ${known} positions`,
      hint: `--max-length ${known}`,
    });
  }
}

class Gpt2 extends LanguageModel {
  readonly blockPath = "model.h";
  model: Gpt2Decoder;

  constructor(config: Gpt2Config) {
    super();
    this.model = new Gpt2Decoder(config);
  }

  get blocks(): readonly Module[] {
    return this.model.h;
  }

  override get positionLimit(): number {
    return this.model.wpe.count;
  }

  hidden(ids: Tensor, context: ForwardContext = {}): Tensor {
    return this.model.forward(ids, context);
  }

  head(hidden: Tensor): Tensor {
    return this.model.wte.asLinear(hidden);
  }
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
  build: (config) => new Gpt2(config),
  recipe: () => recipe,
});
