// Granite in GGUF: Llama's with factors, which its files call scales.
import { f32 } from "../entries.ts";
import { decoder } from "./decoder.ts";
import { writtenDecoder } from "./written-decoder.ts";
import { llama3Tensor } from "./written-rope.ts";

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

export const writtenGranite = writtenDecoder("granite", {
  ropes: ["llama3"],
  factors: llama3Tensor,
  keys: (config) => ({
    "attention.scale": f32(config.number("attention_multiplier")),
    embedding_scale: f32(config.number("embedding_multiplier")),
    residual_scale: f32(config.number("residual_multiplier")),
    logit_scale: f32(config.number("logits_scaling")),
  }),
});
