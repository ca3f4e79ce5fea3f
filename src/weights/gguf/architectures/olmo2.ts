// OLMo 2 in GGUF: norms behind each half, and over queries and keys. OLMo 3 has this name too, with a window: refused.
import { decoder } from "./decoder.ts";

export const olmo2 = decoder({ modelType: "olmo2", className: "Olmo2ForCausalLM" });
