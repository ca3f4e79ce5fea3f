// Gemma 4 with pictures and sound: its text model. What reads the others is named and left alone.
import { z } from "zod";
import { buildGemma4Text, gemma4Recipe, gemma4Requires, Gemma4TextConfig } from "./gemma4_text.ts";
import { defineArchitecture, only, towerNames, towerRecipe } from "./kit/index.ts";

export const gemma4Towers = ["vision_tower", "audio_tower", "embed_vision", "embed_audio"];

export const gemma4 = defineArchitecture({
  config: z.looseObject({ model_type: z.literal("gemma4"), text_config: Gemma4TextConfig }),
  within: "text_config",
  requires: [...gemma4Requires, only("tie_word_embeddings", [true], "an untied head is not built")],
  build: ({ text_config }) => buildGemma4Text(text_config, towerNames),
  recipe: ({ text_config }) => [
    ...gemma4Recipe(text_config, "[model.language_model|language_model.model]"),
    ...towerRecipe({ isTied: true, beside: gemma4Towers }),
  ],
});
