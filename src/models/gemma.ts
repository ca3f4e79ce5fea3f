// Gemma: Llama's blocks with tanh GELU, norms of 1 + weight, embeddings times √(hidden size), a tied head.
import { z } from "zod";
import {
  activationOf,
  baseConfig,
  causalModel,
  defineArchitecture,
  GatedMlp,
  hiddenNorm,
  knownActivation,
  only,
  usualBlock,
} from "./kit/index.ts";

const GemmaConfig = baseConfig.extend({
  model_type: z.literal("gemma"),
  head_dim: z.int().positive().default(256),
  hidden_act: z.string().default("gelu_pytorch_tanh"),
  tie_word_embeddings: z.boolean().default(true),
});
type GemmaConfig = z.infer<typeof GemmaConfig>;

/** The first files say "gelu" and mean the tanh form. */
function mlpOf({ hidden_act, hidden_size, intermediate_size }: GemmaConfig): GatedMlp {
  const activation = activationOf(hidden_act === "gelu" ? "gelu_pytorch_tanh" : hidden_act);
  return new GatedMlp(hidden_size, intermediate_size, { bias: false, activation });
}

export const gemma = defineArchitecture({
  config: GemmaConfig,
  requires: [
    knownActivation(),
    only("use_bidirectional_attention", [false], "a token sees none after it here"),
  ],
  build: (config) => {
    const norm = () => hiddenNorm(config, { isOffset: true });
    return causalModel(config, () => usualBlock(config, { norm, mlp: mlpOf(config) }), {
      norm: norm(),
      embeddingScale: Math.sqrt(config.hidden_size),
    });
  },
});
