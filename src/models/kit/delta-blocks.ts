// From the keys that Qwen's hybrid models share to their blocks: gated-delta layers, and every few blocks gated attention.
// What stands behind them in a block is each family's.
import { z } from "zod";
import { drop, type Recipe } from "../../weights/index.ts";
import { GatedAttention } from "./attention.ts";
import type { Balance } from "./balance.ts";
import type { BaseConfig } from "./config.ts";
import { type Converted, lessOne, type Stages } from "./converted.ts";
import { type CausalLM, type DecoderNames } from "./decoder.ts";
import type { DeltaShape, GatedDelta } from "./gated-delta-layer.ts";
import type { Norm } from "./headed-attention.ts";
import { FULL } from "./layer-types.ts";
import { activationOf } from "./mlp.ts";
import { attentionShape, causalModel, headNorms, hiddenNorm, usualBlock } from "./usual.ts";

export const LINEAR = "linear_attention";

const size = z.int().positive().max(10_000_000);

export const deltaKeys = {
  head_dim: size.default(256),
  partial_rotary_factor: z.number().positive().max(1).default(0.25),
  linear_conv_kernel_dim: size.default(4),
  linear_key_head_dim: size.default(128),
  linear_value_head_dim: size.default(128),
  linear_num_key_heads: size.default(16),
  linear_num_value_heads: size.default(32),
  layer_types: z.array(z.enum([LINEAR, FULL])).nullish(),
  /** Where layers' types are not told, every which one is attention. */
  full_attention_interval: size.default(4),
};

type DeltaConfig = BaseConfig & z.infer<z.ZodObject<typeof deltaKeys>>;

function deltaShape(config: DeltaConfig): DeltaShape {
  return {
    hiddenSize: config.hidden_size,
    keyHeads: config.linear_num_key_heads,
    heads: config.linear_num_value_heads,
    keySize: config.linear_key_head_dim,
    valueSize: config.linear_value_head_dim,
    width: config.linear_conv_kernel_dim,
    activation: activationOf(config.hidden_act),
    eps: config.rms_norm_eps,
  };
}

function mixer(config: DeltaConfig, layer: number, makeDelta: MakeDelta) {
  const { layer_types, full_attention_interval: interval } = config;
  const type = layer_types?.[layer] ?? ((layer + 1) % interval === 0 ? FULL : LINEAR);
  if (type === LINEAR) return ["linear_attn", makeDelta(deltaShape(config))] as const;
  const norms = headNorms(config, { isOffset: true });
  return ["self_attn", new GatedAttention({ ...attentionShape(config), norms })] as const;
}

type MakeDelta = (shape: DeltaShape) => GatedDelta;

export interface HybridParts {
  makeDelta: MakeDelta;
  /** The feed-forward part of a layer; default a gated one. */
  makeMlp?: (layer: number) => Norm;
  names?: DecoderNames | undefined;
  balance?: Balance;
}

/** Norms' weights are stored minus one throughout, but for the gated-delta layers' own. */
export function hybridModel(
  config: DeltaConfig,
  { makeDelta, makeMlp, names, balance }: HybridParts,
): CausalLM {
  const norm = (): Norm => hiddenNorm(config, { isOffset: true });
  const block = (layer: number) =>
    usualBlock(config, {
      mixer: mixer(config, layer, makeDelta),
      ...(makeMlp !== undefined && { mlp: makeMlp(layer) }),
      norm,
    });
  return causalModel(config, block, {
    norm: norm(),
    ...(names !== undefined && { names }),
    ...(balance !== undefined && { balance }),
  });
}

/** mlx-lm turns these models' convolutions and adds the one to their norms at once. */
export function publishedHybrid(_: unknown, { isTurned }: Converted): Stages {
  const inBlocks = "{path*}.{norm:input_layernorm|post_attention_layernorm|q_norm|k_norm}";
  const last = "{tower:model|model.language_model|language_model.model}.norm";
  return isTurned ? [lessOne([inBlocks, last])] : [];
}

/** What these models' files hold beside the text model: a part that reads pictures, and one that guesses further ahead. */
export const besideText: Recipe = [drop("[model.|]visual.{path*}"), drop("mtp.{path*}")];
