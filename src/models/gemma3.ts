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
  config: z.looseObject({ model_type: z.literal("gemma3"), text_config: Gemma3TextConfig }),
  within: "text_config",
  requires: [
    knownActivation("hidden_activation"),
    only("use_bidirectional_attention", [false], "a token sees none after it here"),
    only("attn_logit_softcapping", [], "this architecture does not cap scores"),
    only("tie_word_embeddings", [true], "an untied head is not built"),
  ],
  build: ({ text_config }) => buildGemma3Text(text_config, towerNames),
  recipe: () => towerRecipe({ isTied: true }),
  packedRecipe: () => towerPackedRecipe,
});
