// Jamba: Mamba whose steps and what is written and read are normed, attention without positions in some layers in its
// place, and in some layers experts in the place of the gated feed-forward part.
import { z } from "zod";
import { RMSNorm } from "../nn/index.ts";
import type { Recipe } from "../weights/index.ts";
import {
  activationOf,
  Attention,
  attentionShape,
  baseConfig,
  type BlockParts,
  causalModel,
  defineArchitecture,
  expertRecipe,
  gatedExperts,
  gatedMlp,
  hiddenNorm,
  knownActivation,
  MambaMixer,
  type Norm,
  ResidualBlock,
  SparseMlp,
  usualNames,
} from "./kit/index.ts";

const size = z.int().positive();
const index = z.int().nonnegative();

const JambaConfig = baseConfig.extend({
  model_type: z.literal("jamba"),
  num_key_value_heads: size.nullable().default(8),
  attn_layer_period: size.default(8),
  attn_layer_offset: index.default(4),
  expert_layer_period: size.default(2),
  expert_layer_offset: index.default(1),
  num_experts: size.default(16),
  num_experts_per_tok: size.default(2),
  mamba_d_state: size.default(16),
  mamba_d_conv: size.default(4),
  mamba_expand: size.default(2),
  mamba_dt_rank: z.union([size, z.literal("auto")]).default("auto"),
  mamba_conv_bias: z.boolean().default(true),
  mamba_proj_bias: z.boolean().default(false),
});
type JambaConfig = z.infer<typeof JambaConfig>;

function mamba(config: JambaConfig): MambaMixer {
  const { hidden_size, mamba_d_state: stateSize, mamba_dt_rank: rank } = config;
  const stepRank = rank === "auto" ? Math.ceil(hidden_size / 16) : rank;
  const norm = (of: number): RMSNorm => new RMSNorm(of, config.rms_norm_eps);
  return new MambaMixer({
    hiddenSize: hidden_size,
    innerSize: config.mamba_expand * hidden_size,
    stateSize,
    stepRank,
    width: config.mamba_d_conv,
    activation: activationOf(config.hidden_act),
    bias: { projections: config.mamba_proj_bias, convolution: config.mamba_conv_bias },
    norms: {
      dt_layernorm: norm(stepRank),
      b_layernorm: norm(stateSize),
      c_layernorm: norm(stateSize),
    },
  });
}

function mixer(config: JambaConfig, layer: number): BlockParts["attention"] {
  if (layer % config.attn_layer_period !== config.attn_layer_offset)
    return ["mamba", mamba(config)];
  const bias = { inputs: false, output: false };
  return ["self_attn", new Attention({ ...attentionShape(config), bias, rotary: undefined })];
}

function mlp(config: JambaConfig, layer: number): Norm {
  const { num_experts: count, hidden_size: hiddenSize, intermediate_size: innerSize } = config;
  const isSparse = layer % config.expert_layer_period === config.expert_layer_offset && count > 1;
  if (!isSparse) return gatedMlp(config);
  return new SparseMlp({
    hiddenSize,
    count,
    experts: gatedExperts(config, { count, innerSize }),
    routing: { chosen: config.num_experts_per_tok, scores: "softmax" },
    names: { router: "router" },
  });
}

function block(config: JambaConfig, layer: number): ResidualBlock {
  return new ResidualBlock({
    attention: mixer(config, layer),
    mlp: ["feed_forward", mlp(config, layer)],
    norms: {
      beforeAttention: ["input_layernorm", hiddenNorm(config)],
      beforeMlp: ["pre_ff_layernorm", hiddenNorm(config)],
    },
  });
}

export const jamba = defineArchitecture({
  config: JambaConfig,
  requires: [knownActivation()],
  build: (config) =>
    causalModel(config, (layer) => block(config, layer), {
      names: { ...usualNames, norm: "final_layernorm" },
    }),
  recipe: (): Recipe =>
    expertRecipe({ part: "feed_forward", layers: ["gate_proj", "up_proj", "down_proj"] }),
});
