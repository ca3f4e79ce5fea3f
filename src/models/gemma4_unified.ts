// Gemma 4's unified form, which reads pictures and sound without towers: its text model. The rest is left alone.
import { z } from "zod";
import { buildGemma4Text, gemma4Recipe, gemma4Requires } from "./gemma4_text.ts";
import { Gemma4UnifiedTextConfig } from "./gemma4_unified_text.ts";
import { defineArchitecture, only, towerNames, towerRecipe } from "./kit/index.ts";

const beside = ["vision_embedder", "embed_vision", "embed_audio"];

export const gemma4_unified = defineArchitecture({
  config: z.looseObject({
    model_type: z.literal("gemma4_unified"),
    text_config: Gemma4UnifiedTextConfig,
  }),
  within: "text_config",
  requires: [...gemma4Requires, only("tie_word_embeddings", [true], "an untied head is not built")],
  build: ({ text_config }) => buildGemma4Text(text_config, towerNames),
  recipe: ({ text_config }) => [
    ...gemma4Recipe(text_config, "[model.language_model|language_model.model]"),
    ...towerRecipe({ isTied: true, beside }),
  ],
});
