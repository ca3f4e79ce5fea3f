import { convert, rename, unfolded } from "../../recipe/index.ts";
// LFM2 in GGUF: short convolutions, and attention where a layer has key heads.
import { f32, i32s, u32 } from "../entries.ts";
import type { GgufArchitecture, GgufModelFile } from "./architecture.ts";
import { decoder, inBlock, tokensIn } from "./decoder.ts";
import type { ModelConfig } from "./model-config.ts";
import { writtenDecoder } from "./written-decoder.ts";

const names: Readonly<Record<string, string>> = {
  attn_norm: "operator_norm",
  ffn_norm: "ffn_norm",
  ffn_gate: "feed_forward.w1",
  ffn_up: "feed_forward.w3",
  ffn_down: "feed_forward.w2",
  attn_output: "self_attn.out_proj",
  attn_q_norm: "self_attn.q_layernorm",
  attn_k_norm: "self_attn.k_layernorm",
  "shortconv.in_proj": "conv.in_proj",
  "shortconv.out_proj": "conv.out_proj",
};

const shared = decoder({
  modelType: "lfm2",
  className: "Lfm2ForCausalLM",
  recipe: () => [
    rename("token_embd_norm.weight", "model.embedding_norm.weight"),
    // (channels, taps) there, (channels, 1, taps) here
    convert(
      "blk.{layer}.shortconv.conv.weight",
      "model.layers.{layer}.conv.conv.weight",
      unfolded(1, [1, -1]),
    ),
    ...Object.entries(names).map(([from, to]) => inBlock(from, to)),
  ],
});

function config(file: GgufModelFile): Record<string, unknown> {
  file.refuse(["expert_count", "attention.sliding_window"]);
  const keyHeads = file.sizes("attention.head_count_kv");
  const layers = file.size("block_count");
  const at = (layer: number): number => keyHeads[layer] ?? keyHeads[0] ?? 0;
  const types = Array.from({ length: layers }, (_, layer) =>
    at(layer) === 0 ? "conv" : "full_attention",
  );
  return {
    architectures: ["Lfm2ForCausalLM"],
    model_type: "lfm2",
    vocab_size: file.rows("token_embd.weight"),
    hidden_size: file.size("embedding_length"),
    intermediate_size: file.size("feed_forward_length"),
    block_auto_adjust_ff_dim: false,
    num_hidden_layers: layers,
    num_attention_heads: file.size("attention.head_count"),
    num_key_value_heads: Math.max(...keyHeads),
    max_position_embeddings: file.size("context_length"),
    norm_eps: file.real("attention.layer_norm_rms_epsilon") ?? 1e-5,
    rope_theta: file.real("rope.freq_base") ?? 1_000_000,
    conv_L_cache: file.size("shortconv.l_cache"),
    conv_bias: false,
    layer_types: types,
    tie_word_embeddings: !file.has("output.weight"),
    ...tokensIn(file),
    torch_dtype: "float32",
  };
}

export const lfm2: GgufArchitecture = { config, recipe: shared.recipe };

function isConvolved(config: ModelConfig, layer: number): boolean {
  const types = config.list("layer_types");
  if (types !== undefined) return types[layer] === "conv";
  const full = config.list("full_attn_idxs");
  return full !== undefined && !full.includes(layer);
}

/** Two thirds of what is told, times a factor, in whole multiples. */
function innerSize(config: ModelConfig): number {
  const told = config.optional("block_ff_dim") ?? config.number("intermediate_size");
  if (!config.is("block_auto_adjust_ff_dim")) return told;
  const share = Math.trunc((2 * told) / 3);
  const factor = config.optional("block_ffn_dim_multiplier");
  if (factor === undefined) return share;
  const multiple = config.number("block_multiple_of");
  return multiple * Math.ceil(Math.trunc(factor * share) / multiple);
}

export const writtenLfm2 = writtenDecoder("lfm2", {
  keys: (config) => ({
    feed_forward_length: u32(innerSize(config)),
    "attention.head_count_kv": i32s(
      Array.from({ length: config.layers }, (_, layer) =>
        isConvolved(config, layer) ? 0 : config.keyHeads,
      ),
    ),
    "attention.layer_norm_rms_epsilon": f32(config.number("norm_eps")),
    "shortconv.l_cache": u32(config.number("conv_L_cache")),
  }),
  refuses: (config) => (config.is("conv_bias") ? ["conv_bias"] : []),
});
