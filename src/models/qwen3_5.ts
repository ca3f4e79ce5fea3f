// Qwen3.5 with pictures: its text model. What reads pictures is named and left alone.
import { z } from "zod";
import {
  besideText,
  defineArchitecture,
  towerNames,
  towerRecipe,
  publishedHybrid,
} from "./kit/index.ts";
import { buildQwen35Text, qwen35Requires, Qwen35TextConfig } from "./qwen3_5_text.ts";

export const qwen3_5 = defineArchitecture({
  config: z.looseObject({
    model_type: z.literal("qwen3_5"),
    text_config: Qwen35TextConfig,
    /** Told of the whole model, and so of its text model's head. */
    tie_word_embeddings: z.boolean().default(false),
  }),
  within: "text_config",
  requires: qwen35Requires,
  build: ({ text_config, tie_word_embeddings }) =>
    buildQwen35Text({ ...text_config, tie_word_embeddings }, towerNames),
  recipe: ({ tie_word_embeddings: isTied }) => [...besideText, ...towerRecipe({ isTied })],
  published: publishedHybrid,
});
