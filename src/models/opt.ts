// OPT: LayerNorm before each half, learned positions that begin at the third row of their table, ReLU.
import { z } from "zod";
import type { Tensor } from "../mx/index.ts";
import { type Activation, Embedding, LayerNorm, Linear } from "../nn/index.ts";
import { readsOnly, type Recipe, rename, tie } from "../weights/index.ts";
import {
  activationOf,
  Attention,
  Block,
  type BlockContext,
  CausalLM,
  defineArchitecture,
  knownActivation,
  only,
  wholeHeads,
} from "./kit/index.ts";

const size = z.int().positive();

const OptConfig = z
  .looseObject({
    model_type: z.literal("opt"),
    vocab_size: size,
    hidden_size: size,
    ffn_dim: size,
    num_hidden_layers: size,
    num_attention_heads: size,
    max_position_embeddings: size.default(2048),
    activation_function: z.string().default("relu"),
    enable_bias: z.boolean().default(true),
    tie_word_embeddings: z.boolean().default(true),
    /** Of the embedding and of the head's input, where the blocks' is another. */
    word_embed_proj_dim: size.nullish(),
    do_layer_norm_before: z.boolean().default(true),
  })
  .refine(...wholeHeads("hidden_size", "num_attention_heads"))
  .refine(
    ({ word_embed_proj_dim: size, hidden_size, do_layer_norm_before: isBefore }) =>
      isBefore === ((size ?? hidden_size) === hidden_size),
    {
      path: ["do_layer_norm_before"],
      error: "norms behind each half come with an embedding of another size, and neither alone",
    },
  );
type OptConfig = z.infer<typeof OptConfig>;

const usualNames = {
  decoder: "model.decoder",
  embedding: "embed_tokens",
  positions: "embed_positions",
  blocks: "layers",
  norm: "final_layer_norm",
  head: "lm_head",
};
const projectedNames = { ...usualNames, embeddingNorm: "project_in", norm: "project_out" };
/** Rows of the table before that of the first position. */
const positionOffset = 2;

class OptBlock extends Block {
  self_attn: Attention;
  self_attn_layer_norm: LayerNorm;
  fc1: Linear;
  fc2: Linear;
  final_layer_norm: LayerNorm;
  readonly #activation: Activation;
  readonly #isBefore: boolean;

  constructor(config: OptConfig) {
    super();
    const { hidden_size, ffn_dim, num_attention_heads: heads, enable_bias: bias } = config;
    this.self_attn = new Attention({
      hiddenSize: hidden_size,
      heads,
      keyHeads: heads,
      headSize: hidden_size / heads,
      bias: { inputs: bias, output: bias },
      names: { output: "out_proj" },
    });
    this.self_attn_layer_norm = new LayerNorm(hidden_size, 1e-5);
    this.fc1 = new Linear(hidden_size, ffn_dim, { bias });
    this.fc2 = new Linear(ffn_dim, hidden_size, { bias, closesResidual: true });
    this.final_layer_norm = new LayerNorm(hidden_size, 1e-5);
    this.#activation = activationOf(config.activation_function);
    this.#isBefore = config.do_layer_norm_before;
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    const attend = (read: Tensor): Tensor => this.self_attn.forward(read, context);
    const h = this.#half(x, this.self_attn_layer_norm, attend);
    return this.#half(h, this.final_layer_norm, (read) =>
      this.fc2.forward(this.#activation(this.fc1.forward(read))),
    );
  }

  /** With its norm in front, or behind the sum. */
  #half(x: Tensor, norm: LayerNorm, compute: (read: Tensor) => Tensor): Tensor {
    return this.#isBefore ? x.add(compute(norm.forward(x))) : norm.forward(x.add(compute(x)));
  }
}

/** Where blocks have their norms behind (OPT-350m), a layer in front of the first block, and one in the last norm's place. */
function projected(config: OptConfig) {
  const { hidden_size, word_embed_proj_dim: size } = config;
  if (size == null || size === hidden_size) return undefined;
  return {
    embeddingNorm: new Linear(size, hidden_size, { bias: false }),
    norm: new Linear(hidden_size, size, { bias: false }),
  };
}

function build(config: OptConfig): CausalLM {
  const { vocab_size, hidden_size, max_position_embeddings, num_hidden_layers } = config;
  const around = projected(config);
  const parts = {
    embedding: new Embedding(vocab_size, config.word_embed_proj_dim ?? hidden_size),
    positions: new Embedding(max_position_embeddings + positionOffset, hidden_size),
    blocks: Array.from({ length: num_hidden_layers }, () => new OptBlock(config)),
    norm: new LayerNorm(hidden_size, 1e-5),
    ...around,
  };
  const names = around === undefined ? usualNames : projectedNames;
  return new CausalLM(parts, { names, isTied: config.tie_word_embeddings, positionOffset });
}

/** Old files hold the decoder alone. */
const recipe = ({ tie_word_embeddings }: OptConfig): Recipe => [
  ...(tie_word_embeddings ? [tie("lm_head.weight", "model.decoder.embed_tokens.weight")] : []),
  readsOnly(rename("decoder.{path*}", "model.decoder.{path*}")),
];

export const opt = defineArchitecture({
  config: OptConfig,
  requires: [
    knownActivation("activation_function"),
    only("_remove_final_layer_norm", [false], "the last norm is always there"),
    only("layer_norm_elementwise_affine", [true], "norms have weights here"),
  ],
  build,
  recipe,
});
