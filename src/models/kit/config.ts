// What nearly every decoder's config.json says, in both of its styles, and refusal of what is not supported.
// Read loosely: unknown keys pass, but a key that changes the mathematics must be handled or refused.
import { z } from "zod";
import { ModelError } from "../../core/errors.ts";
import { quantizationProblems, shown } from "./quantization.ts";

const size = z.number().int().positive().max(10_000_000);

/** Python writes numbers without end as such, and transformers also as objects. */
const unbounded = z
  .union([
    z.custom<number>((value) => value === Infinity),
    z.object({ __float__: z.literal("Infinity") }),
  ])
  .transform(() => Number.POSITIVE_INFINITY);

/** Least and most that steps of a recurrence may be; null: not limited. */
export const stepLimits = z
  .tuple([z.number().nonnegative(), z.union([z.number().positive(), unbounded])])
  .nullish();

/** Rotary settings from `rope_parameters` (transformers 5) or `rope_theta` + `rope_scaling` (before). */
const ropeScaling = z.looseObject({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  rope_theta: z.number().positive().nullish(),
  partial_rotary_factor: z.number().positive().max(1).nullish(),
  factor: z.number().positive().nullish(),
  low_freq_factor: z.number().positive().nullish(),
  high_freq_factor: z.number().positive().nullish(),
  original_max_position_embeddings: size.nullish(),
  attention_factor: z.number().positive().nullish(),
  beta_fast: z.number().positive().nullish(),
  beta_slow: z.number().positive().nullish(),
  mscale: z.number().nullish(),
  mscale_all_dim: z.number().nullish(),
  short_mscale: z.number().positive().nullish(),
  long_mscale: z.number().positive().nullish(),
  truncate: z.boolean().nullish(),
  short_factor: z.array(z.number().positive()).nullish(),
  long_factor: z.array(z.number().positive()).nullish(),
  alpha: z.number().positive().nullish(),
});

export type RopeScaling = z.infer<typeof ropeScaling>;

/** Fields shared by Llama-shaped decoders. */
export const baseConfig = z.looseObject({
  model_type: z.string(),
  vocab_size: size,
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  num_key_value_heads: size.nullish(),
  head_dim: size.nullish(),
  max_position_embeddings: size.default(2048),
  original_max_position_embeddings: size.nullish(),
  rms_norm_eps: z.number().positive().default(1e-6),
  rope_theta: z.number().positive().nullish(),
  rope_scaling: ropeScaling.nullish(),
  rope_parameters: ropeScaling.nullish(),
  partial_rotary_factor: z.number().positive().max(1).nullish(),
  tie_word_embeddings: z.boolean().default(false),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  hidden_act: z.string().default("silu"),
});

export type BaseConfig = z.infer<typeof baseConfig>;

/** Throws ModelError FT-MODEL-003 when the heads do not divide what they share. */
export function headSizeOf(config: BaseConfig): number {
  const { num_attention_heads: heads, num_key_value_heads, hidden_size, head_dim } = config;
  const keyHeads = num_key_value_heads ?? heads;
  const problems: string[] = [];
  if (heads % keyHeads !== 0)
    problems.push(`num_key_value_heads: ${heads} heads cannot share ${keyHeads} key heads`);
  const size = head_dim ?? hidden_size / heads;
  if (!Number.isInteger(size))
    problems.push(`hidden_size: ${hidden_size} is not a multiple of ${heads} heads`);
  if (size % 2 === 1) problems.push(`head_dim: ${size} is odd, rotary positions turn pairs`);
  if (problems.length === 0) return size;
  throw new ModelError("FT-MODEL-003", {
    message: "config.json describes attention heads that do not fit",
    problems,
    hint: "download the model again, or correct these fields",
  });
}

/** What must hold for a config to be supported: `accepts` is asked with the value of `key` (undefined when absent). */
export interface Requirement {
  key: string;
  accepts: (value: unknown) => boolean;
  because: string;
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/** A key that may only be absent, null, or equal to one of `values`. */
export function only(key: string, values: readonly unknown[], because: string): Requirement {
  return { key, accepts: (value) => isAbsent(value) || values.includes(value), because };
}

/** Throws ModelError FT-MODEL-004 with every unsupported key of the config, or of the part of it `within` a key. */
export function requireSupported(
  config: Readonly<Record<string, unknown>>,
  requirements: readonly Requirement[],
  within?: string,
): void {
  const asked = within === undefined ? config : (config[within] as Record<string, unknown>);
  const unmet = requirements
    .filter(({ key, accepts }) => !accepts(asked[key]))
    .map(({ key, because }) => `${key} = ${shown(asked[key])}: ${because}`);
  const problems = [...quantizationProblems(config), ...unmet];
  if (problems.length === 0) return;
  throw new ModelError("FT-MODEL-004", {
    message: `config.json uses settings of ${String(config["model_type"])} that ft does not support`,
    problems,
    hint: "choose a model without these settings",
  });
}
