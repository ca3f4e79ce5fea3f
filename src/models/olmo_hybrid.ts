// OLMo Hybrid: gated-delta layers in Llama's blocks, and every fourth one attention in OLMo 3's, with positions or without.
import { z } from "zod";
import { join, readsOnly, type Recipe, rename, type Rule } from "../weights/index.ts";
import {
  activationOf,
  baseConfig,
  causalModel,
  defineArchitecture,
  type DeltaShape,
  FULL,
  knownActivation,
  LINEAR,
  only,
  SeparateGatedDelta,
  usualBlock,
  wholeNorms,
} from "./kit/index.ts";

const size = z.int().positive().max(10_000_000).nullish();

const OlmoHybridConfig = baseConfig.extend({
  model_type: z.literal("olmo_hybrid"),
  layer_types: z.array(z.enum([LINEAR, FULL])).nullish(),
  linear_num_key_heads: size,
  linear_num_value_heads: size,
  linear_key_head_dim: size,
  linear_value_head_dim: size,
  linear_conv_kernel_dim: z.int().positive().max(1000).default(4),
  /** A correction may go twice as far as what is wrong (Grazzi et al. 2024). */
  linear_allow_neg_eigval: z.boolean().default(true),
});
type OlmoHybridConfig = z.infer<typeof OlmoHybridConfig>;

/** Of the norm over what is read of a state, whatever the config says of others. */
const eps = 1e-5;

function shape(config: OlmoHybridConfig): DeltaShape {
  const { num_attention_heads: usual, hidden_size: hiddenSize } = config;
  const keyHeads = config.linear_num_key_heads ?? usual;
  const keySize = config.linear_key_head_dim ?? Math.floor((0.75 * hiddenSize) / keyHeads);
  return {
    hiddenSize,
    keyHeads,
    heads: config.linear_num_value_heads ?? usual,
    keySize,
    valueSize: config.linear_value_head_dim ?? 2 * keySize,
    width: config.linear_conv_kernel_dim,
    activation: activationOf(config.hidden_act),
    eps,
    mostStrength: config.linear_allow_neg_eigval ? 2 : 1,
    names: { norm: "o_norm", output: "o_proj" },
  };
}

const behind = {
  afterAttention: "post_attention_layernorm",
  afterMlp: "post_feedforward_layernorm",
};

function isAttention({ layer_types, num_hidden_layers }: OlmoHybridConfig, layer: number): boolean {
  if (layer_types != null) return layer_types[layer] === FULL;
  // in a model that is too small for a fourth layer, the last one
  return layer % 4 === 3 || (num_hidden_layers < 4 && layer === num_hidden_layers - 1);
}

function block(config: OlmoHybridConfig, layer: number) {
  const mixer = ["linear_attn", new SeparateGatedDelta(shape(config))] as const;
  if (!isAttention(config, layer)) return usualBlock(config, { mixer });
  const isTurned = (config.rope_parameters?.rope_theta ?? config.rope_theta ?? null) !== null;
  return usualBlock(config, {
    attention: { norms: wholeNorms(config), ...(!isTurned && { rotary: undefined }) },
    normNames: behind,
  });
}

/** Files hold a convolution for each of queries, keys and values, and call norms of gated-delta blocks otherwise. */
function recipe(config: OlmoHybridConfig): Recipe {
  const { keyHeads, heads, keySize, valueSize } = shape(config);
  const rows = [keyHeads * keySize, keyHeads * keySize, heads * valueSize];
  const stored = ["q", "k", "v"].map((part) => `{path*}.linear_attn.${part}_conv1d.weight`);
  const norm = (from: string, to: string): Rule =>
    readsOnly(rename(`{path*}.${from}.weight`, `{path*}.${to}.weight`));
  return [
    join(stored, "{path*}.linear_attn.conv1d.weight", rows),
    norm("attention_layer_norm", "input_layernorm"),
    norm("feedforward_layer_norm", "post_attention_layernorm"),
  ];
}

export const olmo_hybrid = defineArchitecture({
  config: OlmoHybridConfig,
  requires: [knownActivation(), only("mlp_bias", [false], "this architecture has no biases there")],
  build: (config) => causalModel(config, (layer) => block(config, layer)),
  recipe,
});
