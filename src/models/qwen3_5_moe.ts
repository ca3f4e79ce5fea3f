// Qwen3.5 with experts and pictures: its text model. What reads pictures is named and left alone.
import { z } from "zod";
import {
  besideText,
  defineArchitecture,
  expertRecipe,
  towerNames,
  towerRecipe,
  publishedHybrid,
} from "./kit/index.ts";
import { buildQwen35MoeText, qwen35MoeRequires, Qwen35MoeTextConfig } from "./qwen3_5_moe_text.ts";

export const qwen3_5_moe = defineArchitecture({
  config: z.looseObject({
    model_type: z.literal("qwen3_5_moe"),
    text_config: Qwen35MoeTextConfig,
    /** Told of the whole model, and so of its text model's head. */
    tie_word_embeddings: z.boolean().default(false),
  }),
  within: "text_config",
  requires: qwen35MoeRequires,
  build: ({ text_config, tie_word_embeddings }) =>
    buildQwen35MoeText({ ...text_config, tie_word_embeddings }, towerNames),
  recipe: ({ tie_word_embeddings: isTied }) => [
    ...besideText,
    ...expertRecipe(),
    ...towerRecipe({ isTied }),
  ],
  published: publishedHybrid,
});
