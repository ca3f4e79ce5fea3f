// Llama in GGUF: also Mistral, SmolLM, TinyLlama and others that llama.cpp converts to this name.
// Names and the turned rows of q and k: llama.cpp's gguf-py/gguf/tensor_mapping.py and conversion/llama.py.
import { convert, drop, type Recipe, rename, rotaryHalves } from "../../recipe/index.ts";
import type { GgufArchitecture, GgufModelFile } from "./architecture.ts";
import { ropeScalingOf } from "./rope.ts";

const block = "blk.{layer}";
const layer = "model.layers.{layer}";

/** Of the format, and of config.json. */
function config(file: GgufModelFile): Record<string, unknown> {
  file.refuse(["expert_count", "attention.sliding_window", "logit_scale", "attention.clamp_kqv"]);
  const heads = file.size("attention.head_count");
  const width = file.size("embedding_length");
  const headSize = file.optionalSize("attention.key_length") ?? width / heads;
  const rotated = file.optionalSize("rope.dimension_count") ?? headSize;
  const base = file.real("rope.freq_base") ?? 10_000;
  const scaling = ropeScalingOf(file, { dims: rotated, base });
  return {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    hidden_act: "silu",
    vocab_size: file.rows("token_embd.weight"),
    hidden_size: width,
    intermediate_size: file.size("feed_forward_length"),
    num_hidden_layers: file.size("block_count"),
    num_attention_heads: heads,
    num_key_value_heads: file.optionalSize("attention.head_count_kv") ?? heads,
    head_dim: headSize,
    max_position_embeddings: file.size("context_length"),
    rms_norm_eps: file.real("attention.layer_norm_rms_epsilon") ?? 1e-5,
    rope_theta: base,
    ...(rotated !== headSize && { partial_rotary_factor: rotated / headSize }),
    ...(scaling !== undefined && { rope_scaling: scaling }),
    tie_word_embeddings: !file.has("output.weight"),
    attention_bias: file.has("blk.0.attn_q.bias"),
    mlp_bias: file.has("blk.0.ffn_gate.bias"),
    bos_token_id: file.tokenId("bos_token_id") ?? null,
    eos_token_id: file.tokenId("eos_token_id") ?? null,
    pad_token_id: file.tokenId("padding_token_id") ?? null,
    torch_dtype: "float32",
  };
}

function recipe(file: GgufModelFile): Recipe {
  const heads = file.size("attention.head_count");
  const keyHeads = file.optionalSize("attention.head_count_kv") ?? heads;
  const inBlock = (from: string, to: string): Recipe[number] =>
    rename(`${block}.${from}.{kind:weight|bias}`, `${layer}.${to}.{kind}`);
  const turned = (from: string, to: string, count: number): Recipe[number] =>
    convert(`${block}.${from}.{kind:weight|bias}`, `${layer}.${to}.{kind}`, ...rotaryHalves(count));
  return [
    rename("token_embd.weight", "model.embed_tokens.weight"),
    rename("output_norm.weight", "model.norm.weight"),
    rename("output.weight", "lm_head.weight"),
    inBlock("attn_norm", "input_layernorm"),
    turned("attn_q", "self_attn.q_proj", heads),
    turned("attn_k", "self_attn.k_proj", keyHeads),
    inBlock("attn_v", "self_attn.v_proj"),
    inBlock("attn_output", "self_attn.o_proj"),
    inBlock("ffn_norm", "post_attention_layernorm"),
    inBlock("ffn_gate", "mlp.gate_proj"),
    inBlock("ffn_up", "mlp.up_proj"),
    inBlock("ffn_down", "mlp.down_proj"),
    // Told by config.json instead.
    drop("rope_freqs.weight"),
  ];
}

export const llama: GgufArchitecture = { config, recipe };
