// Qwen3 with experts: Qwen3's blocks, in most of which experts stand in the place of the feed-forward part. Where there
// is a window, every layer has it.
import { z } from "zod";
import {
  balanceOf,
  baseConfig,
  causalModel,
  defineArchitecture,
  expertRecipe,
  headNorms,
  knownActivation,
  only,
  qwenExpertKeys,
  qwenMlp,
  usualBlock,
} from "./kit/index.ts";

const Qwen3MoeConfig = baseConfig.extend({
  model_type: z.literal("qwen3_moe"),
  ...qwenExpertKeys,
  use_sliding_window: z.boolean().default(false),
  sliding_window: z.int().positive().nullish(),
});

export const qwen3_moe = defineArchitecture({
  config: Qwen3MoeConfig,
  requires: [knownActivation(), only("mlp_bias", [false], "this architecture has no biases there")],
  build: (config) => {
    const window = config.use_sliding_window ? (config.sliding_window ?? undefined) : undefined;
    const block = (layer: number) =>
      usualBlock(config, {
        attention: { norms: headNorms(config), window },
        mlp: qwenMlp(config, layer),
      });
    return causalModel(config, block, { balance: balanceOf(config, config.num_experts_per_tok) });
  },
  recipe: () => expertRecipe(),
});
