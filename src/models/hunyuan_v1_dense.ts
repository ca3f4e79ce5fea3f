// Hunyuan, dense: Llama's blocks with norms over heads once they are turned.
import { z } from "zod";
import {
  type AttentionShape,
  baseConfig,
  causalModel,
  defineArchitecture,
  headNorms,
  knownActivation,
  only,
  usualBlock,
} from "./kit/index.ts";

const HunyuanConfig = baseConfig.extend({
  model_type: z.literal("hunyuan_v1_dense"),
  rms_norm_eps: z.number().positive().default(1e-5),
});

const names = { queryNorm: "query_layernorm", keyNorm: "key_layernorm" };

function attention(config: z.infer<typeof HunyuanConfig>): Partial<AttentionShape> {
  return { names, norms: { ...headNorms(config), over: "turned heads" } };
}

export const hunyuan_v1_dense = defineArchitecture({
  config: HunyuanConfig,
  requires: [
    knownActivation(),
    only("mlp_bias", [false], "this architecture has no biases there"),
    only("use_qk_norm", [true], "this architecture always has norms over heads"),
    only("use_cla", [false], "layers that share keys and values are not built"),
  ],
  build: (config) =>
    causalModel(config, () => usualBlock(config, { attention: attention(config) })),
});
