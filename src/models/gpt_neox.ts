// GPT-NeoX and Pythia: LayerNorms, halves side by side or one after the other, a quarter of each head turned, queries,
// keys and values as one layer, head by head.
import { z } from "zod";
import { LayerNorm } from "../nn/index.ts";
import { drop, readsOnly, type Recipe, rename, tie } from "../weights/index.ts";
import {
  activationOf,
  attentionShape,
  baseConfig,
  causalModel,
  type CausalLM,
  defineArchitecture,
  FusedAttention,
  knownActivation,
  Mlp,
  ResidualBlock,
} from "./kit/index.ts";

const GptNeoxConfig = baseConfig.extend({
  model_type: z.literal("gpt_neox"),
  hidden_act: z.string().default("gelu"),
  layer_norm_eps: z.number().positive().default(1e-5),
  attention_bias: z.boolean().default(true),
  use_parallel_residual: z.boolean().default(true),
  rotary_pct: z.number().positive().max(1).default(0.25),
  rotary_emb_base: z.number().positive().default(10_000),
});
type GptNeoxConfig = z.infer<typeof GptNeoxConfig>;

const names = {
  decoder: "gpt_neox",
  embedding: "embed_in",
  blocks: "layers",
  norm: "final_layer_norm",
  head: "embed_out",
};
const mlpNames = { up: "dense_h_to_4h", down: "dense_4h_to_h" };

const normOf = ({ hidden_size, layer_norm_eps }: GptNeoxConfig): LayerNorm =>
  new LayerNorm(hidden_size, layer_norm_eps);

function block(config: GptNeoxConfig): ResidualBlock {
  const { hidden_size, intermediate_size, rotary_pct, rotary_emb_base } = config;
  const turned = { partial_rotary_factor: rotary_pct, rope_theta: rotary_emb_base };
  const shape = {
    ...attentionShape({ ...config, ...turned, num_key_value_heads: null }),
    names: { output: "dense" },
  };
  const fused = { name: "query_key_value", rows: "by key head" } as const;
  const activation = activationOf(config.hidden_act);
  const mlp = { bias: true, activation, names: mlpNames };
  const parts = {
    attention: ["attention", new FusedAttention(shape, fused)],
    mlp: ["mlp", new Mlp(hidden_size, intermediate_size, mlp)],
    norms: {
      beforeAttention: ["input_layernorm", normOf(config)],
      beforeMlp: ["post_attention_layernorm", normOf(config)],
    },
  } as const;
  return new ResidualBlock(parts, { isParallel: config.use_parallel_residual });
}

function build(config: GptNeoxConfig): CausalLM {
  return causalModel(config, () => block(config), { names, norm: normOf(config) });
}

const recipe = ({ tie_word_embeddings }: GptNeoxConfig): Recipe => [
  drop("{path*}.attention.[bias|masked_bias|rotary_emb.inv_freq]"),
  // as mlx-lm writes it
  readsOnly(rename("model.embed_out.{part}", "embed_out.{part}")),
  readsOnly(rename("model.h.{path*}", "gpt_neox.layers.{path*}")),
  readsOnly(rename("model.{path*}", "gpt_neox.{path*}")),
  tie_word_embeddings
    ? tie("[lm_head|embed_out].weight", "gpt_neox.embed_in.weight")
    : readsOnly(rename("lm_head.weight", "embed_out.weight")),
];

export const gpt_neox = defineArchitecture({
  config: GptNeoxConfig,
  requires: [knownActivation()],
  build,
  recipe,
});
