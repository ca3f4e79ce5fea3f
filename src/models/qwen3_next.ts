// Qwen3-Next: Qwen3.5's layers with fused projections, and experts behind them.
import { z } from "zod";
import {
  balanceOf,
  baseConfig,
  besideText,
  defineArchitecture,
  deltaKeys,
  expertRecipe,
  FusedGatedDelta,
  hybridModel,
  knownActivation,
  only,
  qwenExpertKeys,
  qwenMlp,
  publishedHybrid,
} from "./kit/index.ts";

const size = z.int().positive().max(10_000_000);

const Qwen3NextConfig = baseConfig.extend({
  model_type: z.literal("qwen3_next"),
  ...deltaKeys,
  ...qwenExpertKeys,
  intermediate_size: size.default(5632),
  num_experts_per_tok: size.default(10),
  moe_intermediate_size: size.default(512),
  shared_expert_intermediate_size: size.default(512),
  norm_topk_prob: z.boolean().default(true),
});

export const qwen3_next = defineArchitecture({
  config: Qwen3NextConfig,
  requires: [knownActivation(), only("mlp_bias", [false], "this architecture has no biases there")],
  build: (config) =>
    hybridModel(config, {
      makeDelta: (shape) => new FusedGatedDelta(shape),
      makeMlp: (layer) => qwenMlp(config, layer),
      balance: balanceOf(config, config.num_experts_per_tok),
    }),
  recipe: () => [...besideText, ...expertRecipe()],
  published: publishedHybrid,
});
