// LFM2 and 2.5: short convolutions between gates, attention in some layers in their place, and a feed-forward part whose
// inner size is worked out from the one that config.json tells.
import { z } from "zod";
import {
  Attention,
  attentionShape,
  baseConfig,
  type BlockParts,
  causalModel,
  CONVOLUTION,
  convolvedLayerTypes,
  type DecoderNames,
  defineArchitecture,
  GatedConvolution,
  GatedMlp,
  headNorms,
  hiddenNorm,
  type Norm,
  ResidualBlock,
  usualNames,
} from "./kit/index.ts";

const size = z.int().positive();

/** Of the whole family. */
export const lfm2Keys = baseConfig.extend({
  norm_eps: z.number().positive().default(1e-5),
  rope_theta: z.number().positive().default(1_000_000),
  conv_bias: z.boolean().default(false),
  conv_L_cache: size.default(3),
  layer_types: convolvedLayerTypes,
  full_attn_idxs: z.array(z.int()).nullish(),
  tie_word_embeddings: z.boolean().default(true),
  tie_embedding: z.boolean().nullish(),
});
type Lfm2Keys = z.infer<typeof lfm2Keys>;

/** The keys that the kit reads, from those that the family has. */
export function settled<Config extends Lfm2Keys>(config: Config): Config {
  const isTied = config.tie_embedding ?? config.tie_word_embeddings;
  return { ...config, rms_norm_eps: config.norm_eps, tie_word_embeddings: isTied };
}

const Lfm2Config = lfm2Keys
  .extend({
    model_type: z.literal("lfm2"),
    intermediate_size: size.default(12_288),
    block_ff_dim: size.nullish(),
    block_auto_adjust_ff_dim: z.boolean().default(true),
    block_ffn_dim_multiplier: z.number().positive().nullable().default(1),
    block_multiple_of: size.default(256),
  })
  .transform(settled);
type Lfm2Config = z.infer<typeof Lfm2Config>;

const attentionNames = { output: "out_proj", queryNorm: "q_layernorm", keyNorm: "k_layernorm" };
const mlpNames = { gate: "w1", up: "w3", down: "w2" };

/** Two thirds of what is told, times a factor, in whole multiples. */
function innerSize(config: Lfm2Config): number {
  const { block_ffn_dim_multiplier: factor, block_multiple_of } = config;
  const told = config.block_ff_dim ?? config.intermediate_size;
  if (!config.block_auto_adjust_ff_dim) return told;
  const share = Math.trunc((2 * told) / 3);
  if (factor === null) return share;
  return block_multiple_of * Math.ceil(Math.trunc(factor * share) / block_multiple_of);
}

function isConvolved({ layer_types, full_attn_idxs }: Lfm2Keys, layer: number): boolean {
  if (layer_types) return layer_types[layer] === CONVOLUTION;
  return full_attn_idxs ? !full_attn_idxs.includes(layer) : false;
}

export function lfm2Convolution({ hidden_size, conv_L_cache: width, conv_bias: bias }: Lfm2Keys) {
  return ["conv", new GatedConvolution(hidden_size, { width, bias })] as const;
}

export function lfm2Mixer(config: Lfm2Keys, layer: number): BlockParts["attention"] {
  if (isConvolved(config, layer)) return lfm2Convolution(config);
  const shape = {
    ...attentionShape(config),
    bias: { inputs: false, output: false },
    norms: headNorms(config),
    names: attentionNames,
  };
  return ["self_attn", new Attention(shape)];
}

export function lfm2Mlp({ hidden_size }: Lfm2Keys, inner: number): GatedMlp {
  return new GatedMlp(hidden_size, inner, { bias: false }, mlpNames);
}

export function lfm2Block(
  config: Lfm2Keys,
  attention: BlockParts["attention"],
  mlp: Norm,
): ResidualBlock {
  return new ResidualBlock({
    attention,
    mlp: ["feed_forward", mlp],
    norms: {
      beforeAttention: ["operator_norm", hiddenNorm(config)],
      beforeMlp: ["ffn_norm", hiddenNorm(config)],
    },
  });
}

export const lfm2Names: DecoderNames = { ...usualNames, norm: "embedding_norm" };

export const lfm2 = defineArchitecture({
  config: Lfm2Config,
  build: (config) =>
    causalModel(
      config,
      (layer) => lfm2Block(config, lfm2Mixer(config, layer), lfm2Mlp(config, innerSize(config))),
      { names: lfm2Names },
    ),
});
