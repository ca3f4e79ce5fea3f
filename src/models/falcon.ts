// Falcon: attention and feed-forward part side by side behind one LayerNorm or two, few key heads, queries, keys and
// values as one layer; the first models have their halves one after the other.
import { z } from "zod";
import { LayerNorm } from "../nn/index.ts";
import { type Recipe, tie } from "../weights/index.ts";
import {
  activationOf,
  alibi,
  type AttentionShape,
  attentionShape,
  baseConfig,
  type BlockParts,
  causalModel,
  type CausalLM,
  defineArchitecture,
  FusedAttention,
  knownActivation,
  Mlp,
  ResidualBlock,
} from "./kit/index.ts";

const FalconConfig = baseConfig
  .extend({
    model_type: z.literal("falcon"),
    intermediate_size: z.int().positive().default(1),
    ffn_hidden_size: z.int().positive().nullish(),
    layer_norm_epsilon: z.number().positive().default(1e-5),
    num_ln_in_parallel_attn: z.int().min(1).max(2).nullish(),
    num_kv_heads: z.int().positive().nullish(),
    new_decoder_architecture: z.boolean().default(false),
    multi_query: z.boolean().default(true),
    parallel_attn: z.boolean().default(true),
    bias: z.boolean().default(false),
    alibi: z.boolean().default(false),
    activation: z.string().default("gelu"),
    tie_word_embeddings: z.boolean().default(true),
  })
  .refine((config) => config.parallel_attn || !config.new_decoder_architecture, {
    path: ["parallel_attn"],
    error: "is false, which the new decoder has not",
  })
  .refine((config) => config.new_decoder_architecture || config.num_ln_in_parallel_attn !== 2, {
    path: ["num_ln_in_parallel_attn"],
    error: "is 2, which only the new decoder has",
  });
type FalconConfig = z.infer<typeof FalconConfig>;

const names = {
  decoder: "transformer",
  embedding: "word_embeddings",
  blocks: "h",
  norm: "ln_f",
  head: "lm_head",
};
const mlpNames = { up: "dense_h_to_4h", down: "dense_4h_to_h" };

const normOf = ({ hidden_size, layer_norm_epsilon }: FalconConfig): LayerNorm =>
  new LayerNorm(hidden_size, layer_norm_epsilon);

function keyHeads(config: FalconConfig): number | null {
  if (config.new_decoder_architecture) return config.num_kv_heads ?? null;
  return config.multi_query ? 1 : null;
}

function norms(config: FalconConfig): BlockParts["norms"] {
  const { parallel_attn, new_decoder_architecture, num_ln_in_parallel_attn } = config;
  const isDouble = new_decoder_architecture && (num_ln_in_parallel_attn ?? 2) === 2;
  if (isDouble)
    return { beforeAttention: ["ln_attn", normOf(config)], beforeMlp: ["ln_mlp", normOf(config)] };
  const beforeAttention = ["input_layernorm", normOf(config)] as const;
  if (parallel_attn) return { beforeAttention };
  return { beforeAttention, beforeMlp: ["post_attention_layernorm", normOf(config)] };
}

/** Positions told by scores in the place of turned heads; transformers adds them before it scales, in bfloat16. */
function slopes(size: number, heads: number): Partial<AttentionShape> {
  const scale = 1 / Math.sqrt(Math.floor(size / heads));
  return { rotary: undefined, keyBias: alibi({ heads, scale, isRounded: true }) };
}

function block(config: FalconConfig): ResidualBlock {
  const { hidden_size, ffn_hidden_size, bias } = config;
  const usual = { ...config, num_key_value_heads: keyHeads(config), head_dim: null };
  const shape = {
    ...attentionShape(usual),
    ...(config.alibi && slopes(hidden_size, config.num_attention_heads)),
    bias: { inputs: bias, output: bias },
    names: { output: "dense" },
  };
  const mlp = { bias, activation: activationOf(config.activation), names: mlpNames };
  const parts = {
    attention: [
      "self_attention",
      new FusedAttention(shape, { name: "query_key_value", rows: "by key head" }),
    ],
    mlp: ["mlp", new Mlp(hidden_size, ffn_hidden_size ?? 4 * hidden_size, mlp)],
    norms: norms(config),
  } as const;
  return new ResidualBlock(parts, { isParallel: config.parallel_attn });
}

function build(config: FalconConfig): CausalLM {
  return causalModel(config, () => block(config), { names, norm: normOf(config) });
}

const recipe = ({ tie_word_embeddings }: FalconConfig): Recipe =>
  tie_word_embeddings ? [tie("lm_head.weight", "transformer.word_embeddings.weight")] : [];

export const falcon = defineArchitecture({
  config: FalconConfig,
  requires: [knownActivation("activation")],
  build,
  recipe,
});
