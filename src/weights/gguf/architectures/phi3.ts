// Phi-3 in GGUF: queries, keys and values are one tensor, and so are gate and up. Factors of long texts are not read.
import type { GgufModelFile } from "./architecture.ts";
import { decoder } from "./decoder.ts";

const FACTORS = ["rope_factors_long.weight", "rope_factors_short.weight"];

function config(file: GgufModelFile): Record<string, unknown> {
  const factors = FACTORS.filter((name) => file.has(name));
  if (factors.length > 0)
    throw file.unsupported(factors.map((name) => `${name}: factors of rotary positions`));
  const original = file.optionalSize("rope.scaling.original_context_length");
  return {
    sliding_window: file.optionalSize("attention.sliding_window") ?? null,
    original_max_position_embeddings: original ?? file.size("context_length"),
  };
}

export const phi3 = decoder({
  modelType: "phi3",
  className: "Phi3ForCausalLM",
  names: { attn_qkv: "self_attn.qkv_proj", ffn_up: "mlp.gate_up_proj" },
  refuses: ["expert_count"],
  config,
});
