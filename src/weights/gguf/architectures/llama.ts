// Llama in GGUF: also Mistral, SmolLM, TinyLlama and others that llama.cpp converts to this name.
import { decoder } from "./decoder.ts";

export const llama = decoder({ modelType: "llama", className: "LlamaForCausalLM", turned: true });
