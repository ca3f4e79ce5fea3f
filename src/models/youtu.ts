// Youtu-LLM: DeepSeek's latent attention in blocks without experts.
import { z } from "zod";
import {
  baseConfig,
  causalModel,
  defineArchitecture,
  gatedMlp,
  knownActivation,
  latentAttention,
  latentBlock,
  latentKeys,
  only,
} from "./kit/index.ts";

const YoutuConfig = baseConfig.extend({
  model_type: z.literal("youtu"),
  ...latentKeys,
  rope_interleave: z.boolean().default(true),
  tie_word_embeddings: z.boolean().default(true),
});

export const youtu = defineArchitecture({
  config: YoutuConfig,
  requires: [knownActivation(), only("mlp_bias", [false], "this architecture has no biases there")],
  build: (config) =>
    causalModel(config, () => {
      const isInterleaved = config.rope_interleave;
      const attention = latentAttention(config, { isInterleaved, isStretched: true });
      return latentBlock(config, attention, gatedMlp(config));
    }),
});
