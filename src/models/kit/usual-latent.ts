// From DeepSeek's keys of config.json to blocks with latent attention. What attention does is latent-attention.ts's.
import { z } from "zod";
import type { BaseConfig } from "./config.ts";
import type { Norm } from "./headed-attention.ts";
import { LatentAttention } from "./latent-attention.ts";
import { type BlockOptions, ResidualBlock } from "./residual-block.ts";
import { yarnMagnitude } from "./rope-variants.ts";
import { ropeFrom } from "./rope.ts";
import { hiddenNorm } from "./usual.ts";

const size = z.int().positive().max(10_000_000);

export const latentKeys = {
  kv_lora_rank: size,
  q_lora_rank: size.nullish(),
  qk_nope_head_dim: size,
  qk_rope_head_dim: size,
  v_head_dim: size,
};

export type LatentConfig = BaseConfig & z.infer<z.ZodObject<typeof latentKeys>>;

/** Of the norms of both vectors, whatever the config says of others. */
const eps = 1e-6;

/** Scores of stretched texts are larger by the square of what turned numbers are (DeepSeek-AI 2024). */
function stretchedScale(config: LatentConfig): number {
  const { rope_type, type, mscale_all_dim, factor } =
    config.rope_parameters ?? config.rope_scaling ?? {};
  const usual = (config.qk_nope_head_dim + config.qk_rope_head_dim) ** -0.5;
  if ((rope_type ?? type ?? "default") === "default" || !mscale_all_dim) return usual;
  return usual * yarnMagnitude(factor ?? 1, mscale_all_dim) ** 2;
}

export interface LatentDifferences {
  /** Pairs of turned numbers are neighbours. */
  isInterleaved: boolean;
  /** Scores are larger where YaRN stretches texts. */
  isStretched: boolean;
}

export function latentAttention(
  config: LatentConfig,
  { isInterleaved, isStretched }: LatentDifferences,
): LatentAttention {
  const { qk_rope_head_dim } = config;
  return new LatentAttention({
    hiddenSize: config.hidden_size,
    heads: config.num_attention_heads,
    queryRank: config.q_lora_rank ?? undefined,
    keyRank: config.kv_lora_rank,
    plainSize: config.qk_nope_head_dim,
    turnedSize: qk_rope_head_dim,
    valueSize: config.v_head_dim,
    rotary: ropeFrom({ ...config, partial_rotary_factor: null }, qk_rope_head_dim, {
      isInterleaved,
    }),
    bias: config.attention_bias,
    eps,
    scale: isStretched ? stretchedScale(config) : undefined,
  });
}

/** A norm before each half. */
export function latentBlock(
  config: BaseConfig,
  attention: LatentAttention,
  mlp: Norm,
  options: BlockOptions = {},
): ResidualBlock {
  const parts = {
    attention: ["self_attn", attention],
    mlp: ["mlp", mlp],
    norms: {
      beforeAttention: ["input_layernorm", hiddenNorm(config)],
      beforeMlp: ["post_attention_layernorm", hiddenNorm(config)],
    },
  } as const;
  return new ResidualBlock(parts, options);
}
