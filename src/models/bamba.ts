// Bamba: Mamba-2, attention with half of each head turned in some layers in its place, and a gated feed-forward part.
import { z } from "zod";
import {
  Attention,
  attentionShape,
  baseConfig,
  type BlockParts,
  causalModel,
  defineArchitecture,
  gatedMlp,
  hiddenNorm,
  hybridKeys,
  hybridShape,
  knownActivation,
  Mamba2Mixer,
  ResidualBlock,
  usualNames,
} from "./kit/index.ts";

const BambaConfig = baseConfig.extend({
  ...hybridKeys,
  model_type: z.literal("bamba"),
  rms_norm_eps: z.number().positive().default(1e-5),
  num_key_value_heads: z.int().positive().nullable().default(8),
  attn_layer_indices: z.array(z.int()).nullish(),
  partial_rotary_factor: z.number().positive().max(1).default(0.5),
});
type BambaConfig = z.infer<typeof BambaConfig>;

function mixer(config: BambaConfig, layer: number): BlockParts["attention"] {
  const isAttention = config.attn_layer_indices?.includes(layer) === true;
  return isAttention
    ? ["self_attn", new Attention(attentionShape(config))]
    : ["mamba", new Mamba2Mixer(hybridShape(config))];
}

function block(config: BambaConfig, layer: number): ResidualBlock {
  return new ResidualBlock({
    attention: mixer(config, layer),
    mlp: ["feed_forward", gatedMlp(config)],
    norms: {
      beforeAttention: ["input_layernorm", hiddenNorm(config)],
      beforeMlp: ["pre_ff_layernorm", hiddenNorm(config)],
    },
  });
}

export const bamba = defineArchitecture({
  config: BambaConfig,
  requires: [knownActivation()],
  build: (config) =>
    causalModel(config, (layer) => block(config, layer), {
      names: { ...usualNames, norm: "final_layernorm" },
    }),
});
