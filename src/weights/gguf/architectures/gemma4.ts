import { rename } from "../../recipe/index.ts";
// Gemma 4 in GGUF: layers that see all have sizes of their own, and each layer an input of its own. Norms as they are.
import { f32, flags, i32s, u32 } from "../entries.ts";
import type { GgufArchitecture, GgufModelFile } from "./architecture.ts";
import { decoder, tokensIn } from "./decoder.ts";
import { fullLayers } from "./gemma.ts";
import type { ModelConfig } from "./model-config.ts";
import type { Keys } from "./writing.ts";
import { writtenDecoder } from "./written-decoder.ts";
import { ROPE_FACTORS } from "./written-rope.ts";

const ACTIVATION = "gelu_pytorch_tanh";
const FULL = "full_attention";
const SLIDING = "sliding_attention";
/** What makes a pair that does not turn: its wavelength. */
const ENDLESS = 1e30;

const ownInput: Readonly<Record<string, string>> = {
  inp_gate: "per_layer_input_gate",
  proj: "per_layer_projection",
  post_norm: "post_per_layer_input_norm",
};

const shared = decoder({
  modelType: "gemma4_text",
  className: "Gemma4ForCausalLM",
  normsBehind: true,
  recipe: () => [
    rename("per_layer_token_embd.weight", "model.embed_tokens_per_layer.weight"),
    rename("per_layer_model_proj.weight", "model.per_layer_model_projection.weight"),
    rename("per_layer_proj_norm.weight", "model.per_layer_projection_norm.weight"),
    rename("blk.{layer}.layer_output_scale.weight", "model.layers.{layer}.layer_scalar"),
    ...Object.entries(ownInput).map(([from, to]) =>
      rename(`blk.{layer}.${from}.weight`, `model.layers.{layer}.${to}.weight`),
    ),
  ],
});

/** Of each layer, where one number may stand for all. */
const each = (found: readonly number[], layers: number): number[] =>
  Array.from({ length: layers }, (_, layer) => found[layer] ?? found[0] ?? 0);

function rotationIn(file: GgufModelFile): Record<string, unknown> {
  const factors = file.factors(ROPE_FACTORS) ?? new Float32Array();
  const turned = factors.filter((factor) => factor < ENDLESS / 2).length;
  return {
    [FULL]: {
      rope_type: "proportional",
      rope_theta: file.real("rope.freq_base") ?? 1_000_000,
      partial_rotary_factor: factors.length === 0 ? 1 : turned / factors.length,
    },
    [SLIDING]: { rope_type: "default", rope_theta: file.real("rope.freq_base_swa") ?? 10_000 },
  };
}

interface Sizes {
  inner: number[];
  keyHeads: number[];
  isSliding: boolean[];
}

function sizesIn(file: GgufModelFile): Sizes {
  const layers = file.size("block_count");
  return {
    inner: each(file.sizes("feed_forward_length"), layers),
    keyHeads: each(file.sizes("attention.head_count_kv"), layers),
    isSliding: file.flags("attention.sliding_window_pattern"),
  };
}

function config(file: GgufModelFile): Record<string, unknown> {
  file.refuse(["expert_count"]);
  const { inner, keyHeads, isSliding } = sizesIn(file);
  const at = (sliding: boolean): number => keyHeads[isSliding.indexOf(sliding)] ?? 1;
  const full = isSliding.indexOf(false);
  return {
    architectures: ["Gemma4ForCausalLM"],
    model_type: "gemma4_text",
    vocab_size: file.rows("token_embd.weight"),
    hidden_size: file.size("embedding_length"),
    intermediate_size: Math.min(...inner),
    use_double_wide_mlp: new Set(inner).size > 1,
    num_hidden_layers: file.size("block_count"),
    num_attention_heads: file.size("attention.head_count"),
    num_key_value_heads: at(true),
    num_global_key_value_heads: at(false),
    attention_k_eq_v: !file.has(`blk.${full}.attn_v.weight`),
    head_dim: file.size("attention.key_length_swa"),
    global_head_dim: file.size("attention.key_length"),
    max_position_embeddings: file.size("context_length"),
    rms_norm_eps: file.real("attention.layer_norm_rms_epsilon") ?? 1e-6,
    hidden_activation: ACTIVATION,
    sliding_window: file.size("attention.sliding_window"),
    layer_types: isSliding.map((sliding) => (sliding ? SLIDING : FULL)),
    num_kv_shared_layers: file.sizes("attention.shared_kv_layers")[0] ?? 0,
    hidden_size_per_layer_input: file.sizes("embedding_length_per_layer_input")[0] ?? 0,
    vocab_size_per_layer_input: file.has("per_layer_token_embd.weight")
      ? file.rows("per_layer_token_embd.weight")
      : 1,
    final_logit_softcapping: file.real("final_logit_softcapping") ?? null,
    rope_parameters: rotationIn(file),
    tie_word_embeddings: true,
    ...tokensIn(file),
    torch_dtype: "float32",
  };
}

export const gemma4: GgufArchitecture = { config, recipe: shared.recipe };

/** The last layer sees all, whatever is told of it. */
function fullIn(config: ModelConfig): boolean[] {
  return fullLayers(config, 6).map((isFull, layer) => isFull || layer === config.layers - 1);
}

interface LayerSizes {
  headSize: number;
  keyHeads: number;
}

/** Sizes of the layers that see all: told layer by layer since transformers 5. */
function fullSizes(config: ModelConfig): LayerSizes {
  const own = Object.values(config.record("per_layer_config"))[0] as
    | Readonly<Record<string, number>>
    | undefined;
  const shared = config.is("attention_k_eq_v")
    ? config.optional("num_global_key_value_heads")
    : undefined;
  return own === undefined
    ? { headSize: config.number("global_head_dim"), keyHeads: shared ?? config.keyHeads }
    : {
        headSize: own["head_dim"] ?? config.headSize,
        keyHeads: own["num_key_value_heads"] ?? config.keyHeads,
      };
}

/** Layers that borrow keys have a wider feed-forward part where that is asked for. */
function innerSizes(config: ModelConfig): number[] {
  const borrowing = config.layers - config.number("num_kv_shared_layers");
  const inner = config.number("intermediate_size");
  const isWide = config.is("use_double_wide_mlp");
  return Array.from({ length: config.layers }, (_, layer) =>
    isWide && layer >= borrowing ? 2 * inner : inner,
  );
}

function rotation(config: ModelConfig, layerType: string) {
  const isTold = Object.keys(config.record("rope_parameters")).length > 0;
  const usual = {
    base: layerType === FULL ? 1_000_000 : 10_000,
    share: layerType === FULL ? 0.25 : 1,
  };
  return isTold ? config.rope(layerType) : usual;
}

function keys(config: ModelConfig): Keys {
  const isFull = fullIn(config);
  const full = fullSizes(config);
  const cap = config.optional("final_logit_softcapping");
  const size = (key: string) => u32(config.number(key));
  return {
    feed_forward_length: i32s(innerSizes(config)),
    "attention.head_count_kv": i32s(isFull.map((all) => (all ? full.keyHeads : config.keyHeads))),
    "attention.key_length": u32(full.headSize),
    "attention.value_length": u32(full.headSize),
    "attention.key_length_swa": u32(config.headSize),
    "attention.value_length_swa": u32(config.headSize),
    "attention.sliding_window": size("sliding_window"),
    "attention.sliding_window_pattern": flags(isFull.map((all) => !all)),
    "attention.shared_kv_layers": size("num_kv_shared_layers"),
    embedding_length_per_layer_input: u32(config.optional("hidden_size_per_layer_input") ?? 0),
    "rope.dimension_count": u32(full.headSize),
    "rope.dimension_count_swa": u32(Math.floor(config.headSize * rotation(config, SLIDING).share)),
    "rope.freq_base": f32(rotation(config, FULL).base),
    "rope.freq_base_swa": f32(rotation(config, SLIDING).base),
    ...(cap !== undefined && { final_logit_softcapping: f32(cap) }),
  };
}

/** Pairs of a head that turn, then those that do not. */
function factors(config: ModelConfig): Readonly<Record<string, readonly number[]>> {
  const pairs = fullSizes(config).headSize / 2;
  const turned = Math.floor(pairs * rotation(config, FULL).share);
  return { [ROPE_FACTORS]: Array.from({ length: pairs }, (_, at) => (at < turned ? 1 : ENDLESS)) };
}

export const writtenGemma4 = writtenDecoder("gemma4", {
  ropes: ["proportional"],
  keys,
  factors,
  refuses: (config) => [
    ...(config.is("enable_moe_block") ? ["enable_moe_block: experts beside the dense part"] : []),
    ...(config.is("attention_bias") ? ["attention_bias"] : []),
  ],
});
