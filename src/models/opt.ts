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
    word_embed_proj_dim: size.nullish(),
  })
  .refine(...wholeHeads("hidden_size", "num_attention_heads"))
  .refine(
    ({ word_embed_proj_dim, hidden_size }) => (word_embed_proj_dim ?? hidden_size) === hidden_size,
    {
      path: ["word_embed_proj_dim"],
      error: "is not the hidden size: layers between the embedding and the blocks are not built",
    },
  );
type OptConfig = z.infer<typeof OptConfig>;

const names = {
  decoder: "model.decoder",
  embedding: "embed_tokens",
  positions: "embed_positions",
  blocks: "layers",
  norm: "final_layer_norm",
  head: "lm_head",
};
/** Rows of the table before that of the first position. */
const positionOffset = 2;

class OptBlock extends Block {
  self_attn: Attention;
  self_attn_layer_norm: LayerNorm;
  fc1: Linear;
  fc2: Linear;
  final_layer_norm: LayerNorm;
  readonly #activation: Activation;

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
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    const h = x.add(this.self_attn.forward(this.self_attn_layer_norm.forward(x), context));
    return h.add(
      this.fc2.forward(this.#activation(this.fc1.forward(this.final_layer_norm.forward(h)))),
    );
  }
}

function build(config: OptConfig): CausalLM {
  const { vocab_size, hidden_size, max_position_embeddings, num_hidden_layers } = config;
  const parts = {
    embedding: new Embedding(vocab_size, hidden_size),
    positions: new Embedding(max_position_embeddings + positionOffset, hidden_size),
    blocks: Array.from({ length: num_hidden_layers }, () => new OptBlock(config)),
    norm: new LayerNorm(hidden_size, 1e-5),
  };
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
    only("do_layer_norm_before", [true], "norms behind each half are not built"),
    only("_remove_final_layer_norm", [false], "the last norm is always there"),
    only("layer_norm_elementwise_affine", [true], "norms have weights here"),
  ],
  build,
  recipe,
});
