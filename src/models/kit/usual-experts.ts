// From the usual keys of config.json to sparse feed-forward parts: Qwen's keys, and DeepSeek's, which GLM and dots took
// over. Architectures whose keys are others make the shapes themselves.
import { z } from "zod";
import { drop, type Recipe, rename } from "../../weights/index.ts";
import { balanceKeys } from "./balance.ts";
import type { BaseConfig } from "./config.ts";
import { expertRecipe } from "./expert-weights.ts";
import { type ExpertShape, GatedExperts } from "./experts.ts";
import type { Norm } from "./headed-attention.ts";
import { activationOf, GatedMlp } from "./mlp.ts";
import { SparseMlp, type SparseNames } from "./sparse-mlp.ts";
import { gatedMlp } from "./usual.ts";

const size = z.int().positive().max(10_000_000);

/** Of Qwen's sparse models. */
export const qwenExpertKeys = {
  num_experts: size.nullish(),
  /** The same, as transformers has written it since 5.0. */
  num_local_experts: size.nullish(),
  num_experts_per_tok: size,
  moe_intermediate_size: size,
  norm_topk_prob: z.boolean().default(false),
  /** One of so many layers is sparse, and none of those that are named. */
  decoder_sparse_step: size.default(1),
  mlp_only_layers: z.array(z.int()).nullish(),
  ...balanceKeys,
};

type QwenExperts = BaseConfig & z.infer<z.ZodObject<typeof qwenExpertKeys>>;

/** An expert that every token goes to, whose share is the sigmoid of one more layer. */
interface SharedExpert {
  shared_expert_intermediate_size?: number | undefined;
}

function gatedMlpOf(
  { hidden_size, hidden_act }: BaseConfig,
  innerSize: number,
  bias = false,
): GatedMlp {
  return new GatedMlp(hidden_size, innerSize, { bias, activation: activationOf(hidden_act) });
}

/** Experts of the config's hidden size and activation. */
export function gatedExperts(
  config: BaseConfig,
  shape: Omit<ExpertShape, "hiddenSize">,
): GatedExperts {
  const { hidden_size: hiddenSize, hidden_act } = config;
  return new GatedExperts({ ...shape, hiddenSize, activation: activationOf(hidden_act) });
}

/** The feed-forward part of one layer, sparse or not. */
export function qwenMlp(config: QwenExperts & SharedExpert, layer: number): Norm {
  const { decoder_sparse_step, mlp_only_layers, num_experts, num_local_experts } = config;
  const isSparse = (layer + 1) % decoder_sparse_step === 0 && !mlp_only_layers?.includes(layer);
  const count = num_experts ?? num_local_experts ?? 0;
  if (!isSparse || count === 0) return gatedMlp(config);
  const { shared_expert_intermediate_size: sharedSize = 0 } = config;
  return new SparseMlp({
    hiddenSize: config.hidden_size,
    count,
    experts: gatedExperts(config, { count, innerSize: config.moe_intermediate_size }),
    routing: {
      chosen: config.num_experts_per_tok,
      scores: "softmax",
      normalized: config.norm_topk_prob ? {} : undefined,
    },
    ...(sharedSize > 0 && { shared: gatedMlpOf(config, sharedSize), gatesShared: true }),
    names: { shared: "shared_expert" },
  });
}

/** Of DeepSeek's sparse models. */
export const deepseekExpertKeys = {
  n_routed_experts: size,
  n_shared_experts: z.int().nonnegative().nullish(),
  num_experts_per_tok: size,
  moe_intermediate_size: size,
  /** Layers below are not sparse. */
  first_k_dense_replace: z.int().nonnegative().default(0),
  norm_topk_prob: z.boolean().default(true),
  routed_scaling_factor: z.number().positive().default(1),
  n_group: size.nullish(),
  topk_group: size.nullish(),
  num_nextn_predict_layers: z.int().nonnegative().max(1000).nullish(),
};

type DeepseekExperts = BaseConfig & z.infer<z.ZodObject<typeof deepseekExpertKeys>>;

/** The feed-forward part of one layer: of sparse ones each expert scores for itself, moved by a bias (DeepSeek-V3). */
export function deepseekMlp(
  config: DeepseekExperts,
  layer: number,
  names: Partial<SparseNames> = {},
): Norm {
  if (layer < config.first_k_dense_replace) return gatedMlp(config);
  const { n_routed_experts: count, moe_intermediate_size: innerSize, n_shared_experts } = config;
  const shared = n_shared_experts ?? 0;
  const groups = config.n_group ?? 1;
  return new SparseMlp({
    hiddenSize: config.hidden_size,
    count,
    experts: gatedExperts(config, { count, innerSize }),
    routing: {
      chosen: config.num_experts_per_tok,
      scores: "sigmoid",
      normalized: config.norm_topk_prob ? { added: 1e-20 } : undefined,
      scale: config.routed_scaling_factor,
      groups: groups > 1 ? { count: groups, kept: config.topk_group ?? 1, best: 2 } : undefined,
      isPrecise: true,
    },
    selectionBias: true,
    names,
    ...(shared > 0 && { shared: gatedMlpOf(config, innerSize * shared) }),
  });
}

/** Where the bias is that moves the choice. */
const biasRecipe: Recipe = [
  rename("{path*}.mlp.gate.e_score_correction_bias", "{path*}.mlp.e_score_correction_bias"),
];

/** As mlx-lm spells what is packed, which is as here but for that. */
export const deepseekPackedRecipe = (): Recipe => biasRecipe;

/** How their checkpoints store it; layers that predict further tokens, above the others, are left alone. */
export function deepseekRecipe(
  { num_hidden_layers: first, ...config }: DeepseekExperts,
  { experts = "switch_mlp" }: Partial<SparseNames> = {},
): Recipe {
  const further = Array.from({ length: config.num_nextn_predict_layers ?? 1 }, (_, at) =>
    drop(`model.layers.${first + at}.{rest*}`),
  );
  return [...further, ...biasRecipe, ...expertRecipe({ experts })];
}
