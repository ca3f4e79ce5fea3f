// Gemma 3n with pictures and sound: its text model. What reads the others is named and left alone.
import { z } from "zod";
import {
  buildGemma3nText,
  gemma3nRecipe,
  gemma3nRequires,
  Gemma3nTextConfig,
} from "./gemma3n_text.ts";
import { gemma4Towers } from "./gemma4.ts";
import { defineArchitecture, only, towerNames, towerRecipe } from "./kit/index.ts";

export const gemma3n = defineArchitecture({
  config: z.looseObject({ model_type: z.literal("gemma3n"), text_config: Gemma3nTextConfig }),
  within: "text_config",
  requires: [
    ...gemma3nRequires,
    only("tie_word_embeddings", [true], "an untied head is not built"),
  ],
  build: ({ text_config }) => buildGemma3nText(text_config, towerNames),
  recipe: ({ text_config }) => [
    ...gemma3nRecipe(text_config, "[model.language_model|language_model.model]"),
    ...towerRecipe({ isTied: true, beside: gemma4Towers }),
  ],
});
