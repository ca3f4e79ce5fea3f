// Qwen3.5 with experts: Qwen3.5's layers, experts behind each, and one that every token goes to.
import { z } from "zod";
import {
  balanceOf,
  baseConfig,
  besideText,
  type CausalLM,
  type DecoderNames,
  defineArchitecture,
  deltaKeys,
  expertRecipe,
  hybridModel,
  knownActivation,
  PlainGatedDelta,
  qwenExpertKeys,
  qwenMlp,
  publishedHybrid,
} from "./kit/index.ts";

const size = z.int().positive().max(10_000_000);

export const Qwen35MoeTextConfig = baseConfig.extend({
  model_type: z.literal("qwen3_5_moe_text").default("qwen3_5_moe_text"),
  ...deltaKeys,
  ...qwenExpertKeys,
  /** No layer is without experts. */
  intermediate_size: size.default(1),
  num_experts_per_tok: size.default(8),
  moe_intermediate_size: size.default(512),
  shared_expert_intermediate_size: size.default(512),
});

export const qwen35MoeRequires = [knownActivation()];

/** The text model, also where it is part of another. */
export function buildQwen35MoeText(
  config: z.infer<typeof Qwen35MoeTextConfig>,
  names?: DecoderNames,
): CausalLM {
  const everywhere = { decoder_sparse_step: 1, mlp_only_layers: [], norm_topk_prob: true };
  return hybridModel(config, {
    makeDelta: (shape) => new PlainGatedDelta(shape),
    makeMlp: (layer) => qwenMlp({ ...config, ...everywhere }, layer),
    balance: balanceOf(config, config.num_experts_per_tok),
    names,
  });
}

export const qwen3_5_moe_text = defineArchitecture({
  config: Qwen35MoeTextConfig,
  requires: qwen35MoeRequires,
  build: (config) => buildQwen35MoeText(config),
  recipe: () => [...besideText, ...expertRecipe()],
  published: publishedHybrid,
});
