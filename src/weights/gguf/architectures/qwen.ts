// Qwen 2, 2.5 and 3 in GGUF. What they can have of windows, their files do not say, and none uses.
import { decoder } from "./decoder.ts";

export const qwen2 = decoder({ modelType: "qwen2", className: "Qwen2ForCausalLM" });
export const qwen3 = decoder({ modelType: "qwen3", className: "Qwen3ForCausalLM" });
