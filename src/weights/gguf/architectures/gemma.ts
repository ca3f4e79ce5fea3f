// Gemma, Gemma 2 and Gemma 3 in GGUF: norms plus one, windows, soft caps.
// How scores are scaled their files do not say: as llama.cpp's src/models/gemma2.cpp and gemma3.cpp have it.
import type { GgufModelFile } from "./architecture.ts";
import { decoder } from "./decoder.ts";

const shared = { activation: "gelu_pytorch_tanh", normsPlusOne: true };
const refuses = ["expert_count"];

/** The number under the root of which scores are divided; the largest model of a family has another. */
function scoreSize(file: GgufModelFile, largest: number): number {
  const heads = file.size("attention.head_count");
  const perHead = file.size("embedding_length") / heads;
  const isLargest = file.size("block_count") === largest;
  return isLargest ? perHead : (file.optionalSize("attention.key_length") ?? perHead);
}

export const gemma = decoder({ ...shared, modelType: "gemma", className: "GemmaForCausalLM" });

export const gemma2 = decoder({
  ...shared,
  modelType: "gemma2",
  className: "Gemma2ForCausalLM",
  refuses,
  config: (file) => ({
    hidden_activation: shared.activation,
    query_pre_attn_scalar: scoreSize(file, 46),
    sliding_window: file.optionalSize("attention.sliding_window") ?? 4096,
    attn_logit_softcapping: file.real("attn_logit_softcapping") ?? 50,
    final_logit_softcapping: file.real("final_logit_softcapping") ?? 30,
  }),
});

export const gemma3 = decoder({
  ...shared,
  modelType: "gemma3_text",
  className: "Gemma3ForCausalLM",
  refuses,
  config: (file) => ({
    hidden_activation: shared.activation,
    query_pre_attn_scalar: scoreSize(file, 62),
    sliding_window: file.optionalSize("attention.sliding_window") ?? null,
    sliding_window_pattern: file.optionalSize("attention.sliding_window_pattern") ?? 6,
    final_logit_softcapping: file.real("final_logit_softcapping") ?? null,
    rope_theta: file.real("rope.freq_base") ?? 1_000_000,
    rope_local_base_freq: file.real("rope.freq_base_swa") ?? 10_000,
  }),
});
