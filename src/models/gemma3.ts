// Gemma 3 with pictures: its text model. What reads pictures is named and left alone.
import { z } from "zod";
import { buildGemma3Text, Gemma3TextConfig } from "./gemma3_text.ts";
import {
  defineArchitecture,
  knownActivation,
  only,
  towerNames,
  towerPackedRecipe,
  towerRecipe,
} from "./kit/index.ts";

export const gemma3 = defineArchitecture({
  config: z.looseObject({
    model_type: z.literal("gemma3"),
    text_config: Gemma3TextConfig,
    tie_word_embeddings: z.boolean().default(true),
  }),
  within: "text_config",
  requires: [
    knownActivation("hidden_activation"),
    only("use_bidirectional_attention", [false], "a token sees none after it here"),
    only("attn_logit_softcapping", [], "this architecture does not cap scores"),
  ],
  build: ({ text_config, tie_word_embeddings }) =>
    buildGemma3Text({ ...text_config, tie_word_embeddings }, towerNames),
  recipe: ({ tie_word_embeddings: isTied }) => towerRecipe({ isTied }),
  packedRecipe: () => towerPackedRecipe,
});
