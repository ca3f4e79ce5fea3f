// Granite 3: Llama's blocks with factors on embeddings, scores, what halves add, and logits.
import { z } from "zod";
import {
  baseConfig,
  type BlockDifferences,
  type CausalLM,
  type CausalOptions,
  causalModel,
  defineArchitecture,
  knownActivation,
  usualBlock,
} from "./kit/index.ts";

const factor = z.number().positive().default(1);

/** Keys that its form with experts has too. */
export const graniteKeys = baseConfig.extend({
  embedding_multiplier: factor,
  attention_multiplier: factor,
  residual_multiplier: factor,
  logits_scaling: factor,
});

/** What it may have otherwise. */
interface Others {
  block?: () => BlockDifferences;
  model?: Partial<CausalOptions>;
}

export function graniteModel(
  config: z.infer<typeof graniteKeys>,
  { block, model }: Others = {},
): CausalLM {
  const differences = {
    attention: { scale: config.attention_multiplier },
    residualScale: config.residual_multiplier,
  };
  return causalModel(config, () => usualBlock(config, { ...differences, ...block?.() }), {
    ...model,
    embeddingScale: config.embedding_multiplier,
    head: { scale: 1 / config.logits_scaling },
  });
}

export const granite = defineArchitecture({
  config: graniteKeys.extend({ model_type: z.literal("granite") }),
  requires: [knownActivation()],
  build: (config) => graniteModel(config),
});
