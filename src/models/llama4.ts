// Llama 4 with pictures: its text model. What reads pictures is named and left alone.
import { z } from "zod";
import { drop, rename } from "../weights/index.ts";
import { defineArchitecture, towerNames } from "./kit/index.ts";
import { buildLlama4Text, llama4Recipe, llama4Requires, Llama4TextConfig } from "./llama4_text.ts";

export const llama4 = defineArchitecture({
  config: z.looseObject({ model_type: z.literal("llama4"), text_config: Llama4TextConfig }),
  within: "text_config",
  requires: llama4Requires,
  build: ({ text_config }) => buildLlama4Text(text_config, towerNames),
  recipe: () => [
    drop("[vision_model|multi_modal_projector].{path*}"),
    rename("language_model.lm_head.{part}", "lm_head.{part}"),
    ...llama4Recipe("language_model.model.", `${towerNames.decoder}.`),
  ],
});
