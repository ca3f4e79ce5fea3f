// Granite 3: Llama's blocks with factors on embeddings, scores, what halves add, and logits.
import { z } from "zod";
import {
  baseConfig,
  causalModel,
  defineArchitecture,
  knownActivation,
  usualBlock,
} from "./kit/index.ts";

const factor = z.number().positive().default(1);

const GraniteConfig = baseConfig.extend({
  model_type: z.literal("granite"),
  embedding_multiplier: factor,
  attention_multiplier: factor,
  residual_multiplier: factor,
  logits_scaling: factor,
});

export const granite = defineArchitecture({
  config: GraniteConfig,
  requires: [knownActivation()],
  build: (config) => {
    const differences = {
      attention: { scale: config.attention_multiplier },
      residualScale: config.residual_multiplier,
    };
    return causalModel(config, () => usualBlock(config, differences), {
      embeddingScale: config.embedding_multiplier,
      head: { scale: 1 / config.logits_scaling },
    });
  },
});
