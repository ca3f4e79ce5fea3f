// Granite in GGUF: Llama's with factors, which its files call scales.
import { decoder } from "./decoder.ts";

export const granite = decoder({
  modelType: "granite",
  className: "GraniteForCausalLM",
  turned: true,
  refuses: ["expert_count", "attention.sliding_window"],
  config: (file) => ({
    attention_multiplier: file.real("attention.scale") ?? 1,
    embedding_multiplier: file.real("embedding_scale") ?? 1,
    residual_multiplier: file.real("residual_scale") ?? 1,
    logits_scaling: file.real("logit_scale") ?? 1,
  }),
});
