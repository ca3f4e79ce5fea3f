// What most decoders have in GGUF: keys of sizes, names of tensors. An architecture says where it differs.
// Names and what is changed on the way: llama.cpp's gguf-py/gguf/tensor_mapping.py and conversion/.
import {
  convert,
  drop,
  elementwise,
  type Recipe,
  rename,
  rotaryHalves,
} from "../../recipe/index.ts";
import {
  factorTensors,
  type GgufArchitecture,
  type GgufKeys,
  type GgufModelFile,
} from "./architecture.ts";
import { ropeScalingOf } from "./rope.ts";

const block = "blk.{layer}";
const layer = "model.layers.{layer}";

export interface Difference {
  /** config.json's. */
  modelType: string;
  /** The class that config.json names. */
  className: string;
  activation?: string;
  /** Rows of queries and keys are stored as pairs. */
  turned?: boolean;
  /** Norms are stored plus one. */
  normsPlusOne?: boolean;
  /** Each half of a block has a norm behind it too. */
  normsBehind?: boolean;
  /** Names of tensors in a block and those of Hugging Face, beside the usual ones and before them. */
  names?: Readonly<Record<string, string>>;
  /** Rules that come before the usual ones. */
  recipe?(keys: GgufKeys): Recipe;
  /** Keys that stand for what is not built, where they are above zero. */
  refuses?: readonly string[];
  /** Over what is read of every decoder. */
  config?(file: GgufModelFile): Record<string, unknown>;
}

/** What few have: experts, factors of logits, clamped values. */
const usualRefusals = ["expert_count", "logit_scale", "attention.clamp_kqv"];

interface Heads {
  count: number;
  keyCount: number;
}

function headsOf(keys: GgufKeys): Heads {
  const count = keys.size("attention.head_count");
  return { count, keyCount: keys.optionalSize("attention.head_count_kv") ?? count };
}

function sizesIn(file: GgufModelFile): Record<string, unknown> {
  const { count, keyCount } = headsOf(file);
  const width = file.size("embedding_length");
  return {
    vocab_size: file.rows("token_embd.weight"),
    hidden_size: width,
    intermediate_size: file.size("feed_forward_length"),
    num_hidden_layers: file.size("block_count"),
    num_attention_heads: count,
    num_key_value_heads: keyCount,
    head_dim: file.optionalSize("attention.key_length") ?? width / count,
    max_position_embeddings: file.size("context_length"),
    rms_norm_eps: file.real("attention.layer_norm_rms_epsilon") ?? 1e-5,
  };
}

function rotaryIn(file: GgufModelFile, headSize: number): Record<string, unknown> {
  const rotated = file.optionalSize("rope.dimension_count") ?? headSize;
  const base = file.real("rope.freq_base") ?? 10_000;
  const scaling = ropeScalingOf(file, { dims: rotated, base });
  return {
    rope_theta: base,
    ...(rotated !== headSize && { partial_rotary_factor: rotated / headSize }),
    ...(scaling !== undefined && { rope_scaling: scaling }),
  };
}

export function tokensIn(file: GgufModelFile): Record<string, unknown> {
  return {
    bos_token_id: file.tokenId("bos_token_id") ?? null,
    eos_token_id: file.tokenId("eos_token_id") ?? null,
    pad_token_id: file.tokenId("padding_token_id") ?? null,
  };
}

export function decoderConfig(
  difference: Difference,
  file: GgufModelFile,
): Record<string, unknown> {
  file.refuse(difference.refuses ?? [...usualRefusals, "attention.sliding_window"]);
  const sizes = sizesIn(file);
  return {
    architectures: [difference.className],
    model_type: difference.modelType,
    hidden_act: difference.activation ?? "silu",
    ...sizes,
    ...rotaryIn(file, Number(sizes["head_dim"])),
    tie_word_embeddings: !file.has("output.weight"),
    attention_bias: file.has("blk.0.attn_q.bias"),
    mlp_bias: file.has("blk.0.ffn_gate.bias"),
    ...tokensIn(file),
    torch_dtype: "float32",
    ...difference.config?.(file),
  };
}

const plain: Readonly<Record<string, string>> = {
  attn_v: "self_attn.v_proj",
  attn_output: "self_attn.o_proj",
  ffn_gate: "mlp.gate_proj",
  ffn_up: "mlp.up_proj",
  ffn_down: "mlp.down_proj",
};

/** The second norm of a block stands before its feed-forward part, or behind its attention where both have one. */
function normsOf({ normsBehind: areBehind = false }: Difference): Record<string, string> {
  return {
    attn_norm: "input_layernorm",
    ffn_norm: areBehind ? "pre_feedforward_layernorm" : "post_attention_layernorm",
    ...(areBehind && { post_attention_norm: "post_attention_layernorm" }),
    post_ffw_norm: "post_feedforward_layernorm",
    attn_q_norm: "self_attn.q_norm",
    attn_k_norm: "self_attn.k_norm",
  };
}

export const inBlock = (from: string, to: string): Recipe[number] =>
  rename(`${block}.${from}.{kind:weight|bias}`, `${layer}.${to}.{kind}`);

export const lessOne = elementwise(
  (stored) => stored.sub(1),
  (norm) => norm.add(1),
);

function norms(difference: Difference): Recipe {
  const names = Object.entries(normsOf(difference)).map(([from, to]): [string, string] => [
    `${block}.${from}.{kind:weight|bias}`,
    `${layer}.${to}.{kind}`,
  ]);
  const all = [...names, ["output_norm.{kind:weight|bias}", "model.norm.{kind}"] as const];
  return all.map(([from, to]) =>
    difference.normsPlusOne === true ? convert(from, to, lessOne) : rename(from, to),
  );
}

function queriesAndKeys({ turned = false }: Difference, keys: GgufKeys): Recipe {
  const [queries, own] = ["attn_q", "attn_k"] as const;
  if (!turned) return [inBlock(queries, "self_attn.q_proj"), inBlock(own, "self_attn.k_proj")];
  const { count, keyCount } = headsOf(keys);
  const rows = (from: string, to: string, heads: number): Recipe[number] =>
    convert(`${block}.${from}.{kind:weight|bias}`, `${layer}.${to}.{kind}`, ...rotaryHalves(heads));
  return [rows(queries, "self_attn.q_proj", count), rows(own, "self_attn.k_proj", keyCount)];
}

export function decoderRecipe(difference: Difference, keys: GgufKeys): Recipe {
  const named = (names: Readonly<Record<string, string>>): Recipe =>
    Object.entries(names).map(([from, to]) => inBlock(from, to));
  return [
    rename("token_embd.weight", "model.embed_tokens.weight"),
    rename("output.weight", "lm_head.weight"),
    ...(difference.recipe?.(keys) ?? []),
    ...named(difference.names ?? {}),
    ...norms(difference),
    ...queriesAndKeys(difference, keys),
    ...named(plain),
    // Told by config.json instead.
    ...factorTensors.map(drop),
  ];
}

export function decoder(difference: Difference): GgufArchitecture {
  return {
    config: (file) => decoderConfig(difference, file),
    recipe: (keys) => decoderRecipe(difference, keys),
  };
}
