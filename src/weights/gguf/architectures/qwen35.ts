import {
  convert,
  divided,
  elementwise,
  folded,
  joined,
  type Recipe,
  rename,
  type Step,
  unfolded,
} from "../../recipe/index.ts";
// Qwen3.5 in GGUF: a gated delta rule in most layers, gated attention in every fourth. Heads of values that share one of
// keys stand apart there, so that heads repeat in the order in which ggml repeats.
import { f32, i32s, u32, flags } from "../entries.ts";
import type { GgufArchitecture, GgufKeys, GgufModelFile } from "./architecture.ts";
import { decoderRecipe, decoderConfig, lessOne } from "./decoder.ts";
import type { ModelConfig } from "./model-config.ts";
import type { Keys } from "./writing.ts";
import { writtenDecoder } from "./written-decoder.ts";

const stored = (name: string): string => `blk.{layer}.${name}`;
const here = (name: string): string => `model.layers.{layer}.${name}`;

interface Heads {
  keys: number;
  /** Of values, that share one of keys. */
  share: number;
  size: number;
}

function headsOf(keys: GgufKeys): Heads {
  const count = keys.size("ssm.group_count");
  return {
    keys: count,
    share: keys.size("ssm.time_step_rank") / count,
    size: keys.size("ssm.state_size"),
  };
}

/** Along an axis, heads of values: by their place among those that share, then by keys; here the other way round. */
function together(axis: number, { keys, share }: Heads): Step[] {
  return [unfolded(axis, [share, keys, -1]), swapped(axis), folded(axis, [keys, share, -1])];
}

/** Axes `axis` and the next change places, whatever stands behind them. */
function swapped(axis: number): Step {
  const change: Step["forward"] = (values, on) =>
    values.map((value) => {
      const order = [...on.shapeOf(value).keys()];
      [order[axis], order[axis + 1]] = [axis + 1, axis];
      return on.transpose(value, order);
    });
  return { forward: change, backward: change };
}

/** The last of several tensors alone. */
function last(steps: readonly Step[]): Step {
  return {
    forward: (values, on) => [
      ...values.slice(0, -1),
      ...steps.reduce((now, step) => step.forward(now, on), values.slice(-1)),
    ],
    backward: (values, on) => [
      ...values.slice(0, -1),
      ...steps.reduceRight((now, step) => step.backward(now, on), values.slice(-1)),
    ],
  };
}

/** Queries and keys come first, and stay as they are. */
function valuesTogether(heads: Heads): Step[] {
  const { keys, share, size } = heads;
  const lengths = [2 * keys * size, keys * share * size];
  return [divided(0, lengths), last(together(0, heads)), joined(0, lengths)];
}

/** A is told by its logarithm here, and with its sign there. */
const decay = elementwise(
  (rate) => rate.neg().log(),
  (logarithm) => logarithm.exp().neg(),
);

function recipe(keys: GgufKeys): Recipe {
  const heads = headsOf(keys);
  const values = together(0, heads);
  const linear = (name: string): string => here(`linear_attn.${name}`);
  return [
    convert(stored("ssm_a"), linear("A_log"), ...values, decay),
    convert(stored("ssm_dt.bias"), linear("dt_bias"), ...values),
    convert(
      stored("ssm_conv1d.weight"),
      linear("conv1d.weight"),
      ...valuesTogether(heads),
      unfolded(1, [1, -1]),
    ),
    convert(stored("attn_qkv.weight"), linear("in_proj_qkv.weight"), ...valuesTogether(heads)),
    convert(stored("attn_gate.weight"), linear("in_proj_z.weight"), ...values),
    convert(stored("ssm_alpha.weight"), linear("in_proj_a.weight"), ...values),
    convert(stored("ssm_beta.weight"), linear("in_proj_b.weight"), ...values),
    rename(stored("ssm_norm.weight"), linear("norm.weight")),
    convert(stored("ssm_out.weight"), linear("out_proj.weight"), ...together(1, heads)),
    convert(stored("post_attention_norm.weight"), here("post_attention_layernorm.weight"), lessOne),
    ...decoderRecipe(difference, keys),
  ];
}

const difference = {
  modelType: "qwen3_5_text",
  className: "Qwen3_5ForCausalLM",
  normsPlusOne: true,
  refuses: ["expert_count", "nextn_predict_layers"],
};

/** Every fourth, where a file does not say. */
function fullIn(file: GgufModelFile): boolean[] {
  const recurrent = file.flags("attention.recurrent_layers");
  const every = file.optionalSize("full_attention_interval") ?? 4;
  return Array.from({ length: file.size("block_count") }, (_, layer) =>
    recurrent.length > 0 ? recurrent[layer] === false : (layer + 1) % every === 0,
  );
}

function config(file: GgufModelFile): Record<string, unknown> {
  const { keys, share, size } = headsOf(file);
  const usual = decoderConfig(difference, file);
  const { partial_rotary_factor = 1, rope_theta } = usual;
  return {
    ...usual,
    layer_types: fullIn(file).map((isFull) => (isFull ? "full_attention" : "linear_attention")),
    linear_conv_kernel_dim: file.size("ssm.conv_kernel"),
    linear_num_key_heads: keys,
    linear_num_value_heads: keys * share,
    linear_key_head_dim: size,
    linear_value_head_dim: file.size("ssm.inner_size") / (keys * share),
    rope_parameters: { rope_type: "default", rope_theta, partial_rotary_factor },
  };
}

export const qwen35: GgufArchitecture = { config, recipe };

const usualSections = [11, 11, 10];

function sectionsOf(config: ModelConfig): number[] {
  const told = config.rope().settings["mrope_section"];
  const sections = Array.isArray(told) ? told.map(Number) : usualSections;
  return [...sections, 0, 0, 0, 0].slice(0, 4);
}

function keysOf(config: ModelConfig): Keys {
  const size = (key: string): number => config.number(key);
  const values = size("linear_num_value_heads");
  const types = config.list("layer_types");
  const every = config.optional("full_attention_interval") ?? 4;
  const isRecurrent = (layer: number): boolean =>
    types === undefined ? (layer + 1) % every !== 0 : types[layer] === "linear_attention";
  return {
    "ssm.conv_kernel": u32(size("linear_conv_kernel_dim")),
    "ssm.state_size": u32(size("linear_key_head_dim")),
    "ssm.group_count": u32(size("linear_num_key_heads")),
    "ssm.time_step_rank": u32(values),
    "ssm.inner_size": u32(size("linear_value_head_dim") * values),
    "attention.recurrent_layers": flags(
      Array.from({ length: config.layers }, (_, layer) => isRecurrent(layer)),
    ),
    full_attention_interval: u32(every),
    "rope.dimension_sections": i32s(sectionsOf(config)),
    "attention.layer_norm_rms_epsilon": f32(size("rms_norm_eps")),
  };
}

export const writtenQwen35 = writtenDecoder("qwen35", {
  keys: keysOf,
  turnedColumns: /linear_attn\.out_proj$/,
  refuses: (config) => [
    ...(config.is("attention_bias") ? ["attention_bias"] : []),
    ...(config.number("linear_key_head_dim") === config.number("linear_value_head_dim")
      ? []
      : ["linear_value_head_dim unlike linear_key_head_dim"]),
  ],
});
