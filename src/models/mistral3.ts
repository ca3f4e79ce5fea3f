// Mistral Small 3 and Ministral 3 with pictures: their text models. What reads pictures is named and left alone.
import { z } from "zod";
import { defineArchitecture, towerNames, towerPackedRecipe, towerRecipe } from "./kit/index.ts";
import { buildMinistral3, Ministral3Config } from "./ministral3.ts";
import { buildMistral, MistralConfig, mistralRequires } from "./mistral.ts";

const Mistral3Config = z.looseObject({
  model_type: z.literal("mistral3"),
  text_config: z.discriminatedUnion("model_type", [MistralConfig, Ministral3Config]),
});

export const mistral3 = defineArchitecture({
  config: Mistral3Config,
  within: "text_config",
  requires: mistralRequires,
  build: ({ text_config: text }) =>
    text.model_type === "mistral"
      ? buildMistral(text, towerNames)
      : buildMinistral3(text, towerNames),
  recipe: ({ text_config }) => towerRecipe({ isTied: text_config.tie_word_embeddings }),
  packedRecipe: () => towerPackedRecipe,
});
