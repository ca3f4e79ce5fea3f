// The text model of Gemma 4's unified form: Gemma 4's without inputs of single layers and without experts.
import { z } from "zod";
import { buildGemma4Text, gemma4Recipe, gemma4Requires, Gemma4TextConfig } from "./gemma4_text.ts";
import { defineArchitecture } from "./kit/index.ts";

const size = z.int().positive();

/** With the defaults of its class, on which files with pictures rely. */
export const Gemma4UnifiedTextConfig = Gemma4TextConfig.extend({
  model_type: z.literal("gemma4_unified_text").default("gemma4_unified_text"),
  max_position_embeddings: size.default(262_144),
  sliding_window: size.default(1024),
  hidden_size_per_layer_input: z.literal(0).default(0),
});

export const gemma4_unified_text = defineArchitecture({
  config: Gemma4UnifiedTextConfig,
  requires: gemma4Requires,
  build: (config) => buildGemma4Text(config),
  recipe: (config) => gemma4Recipe(config),
});
