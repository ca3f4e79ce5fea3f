// Gemma 3 with pictures: its text model. What reads pictures is named and left alone.
import { z } from "zod";
import { drop, readsOnly, type Recipe, rename, tie } from "../weights/index.ts";
import { buildGemma3Text, Gemma3TextConfig } from "./gemma3_text.ts";
import { defineArchitecture, knownActivation, only, usualNames } from "./kit/index.ts";

const names = { ...usualNames, decoder: "model.language_model" };

/** Files of before transformers 5 have the parts in another order. */
const recipe: Recipe = [
  drop("[model.|][vision_tower|multi_modal_projector].{path*}"),
  readsOnly(rename("language_model.model.{path*}", "model.language_model.{path*}")),
  tie("[language_model.|]lm_head.weight", "model.language_model.embed_tokens.weight"),
];

export const gemma3 = defineArchitecture({
  config: z.looseObject({ model_type: z.literal("gemma3"), text_config: Gemma3TextConfig }),
  within: "text_config",
  requires: [
    knownActivation("hidden_activation"),
    only("use_bidirectional_attention", [false], "a token sees none after it here"),
    only("attn_logit_softcapping", [], "this architecture does not cap scores"),
    only("tie_word_embeddings", [true], "an untied head is not built"),
  ],
  build: ({ text_config }) => buildGemma3Text(text_config, names),
  recipe: () => recipe,
});
