// Command R: attention and feed-forward part side by side behind one LayerNorm without bias, neighbours turned in
// pairs, a factor on the logits, a tied head.
import { z } from "zod";
import { HeadLayerNorm, LayerNorm } from "../nn/index.ts";
import {
  attentionShape,
  baseConfig,
  causalModel,
  defineArchitecture,
  type HeadNorms,
  headSizeOf,
  knownActivation,
  only,
  ropeFrom,
  usualBlock,
} from "./kit/index.ts";

const CohereConfig = baseConfig.extend({
  model_type: z.literal("cohere"),
  layer_norm_eps: z.number().positive().default(1e-5),
  logit_scale: z.number().positive().nullable().default(0.0625),
  rope_theta: z.number().positive().default(500_000),
  tie_word_embeddings: z.boolean().default(true),
  use_qk_norm: z.boolean().nullish(),
});
type CohereConfig = z.infer<typeof CohereConfig>;

function norms(config: CohereConfig): HeadNorms | undefined {
  if (config.use_qk_norm !== true) return undefined;
  const { heads, keyHeads, headSize } = attentionShape(config);
  const norm = (count: number) => new HeadLayerNorm(count, headSize, config.layer_norm_eps);
  return { queries: norm(heads), keys: norm(keyHeads), over: "heads" };
}

export const cohere = defineArchitecture({
  config: CohereConfig,
  requires: [knownActivation(), only("mlp_bias", [false], "this architecture has no biases there")],
  build: (config) => {
    const norm = () => new LayerNorm(config.hidden_size, config.layer_norm_eps, { bias: false });
    const block = () =>
      usualBlock(config, {
        attention: {
          norms: norms(config),
          rotary: ropeFrom(config, headSizeOf(config), { isInterleaved: true }),
        },
        norm,
        normNames: { beforeAttention: "input_layernorm" },
        isParallel: true,
      });
    const head = { scale: config.logit_scale ?? 1 };
    return causalModel(config, block, { norm: norm(), head });
  },
});
