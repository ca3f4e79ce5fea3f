// Llama in GGUF: also Mistral, SmolLM, TinyLlama and others that llama.cpp converts to this name.
import { decoder } from "./decoder.ts";
import { windowUnheeded } from "./writing.ts";
import { writtenDecoder } from "./written-decoder.ts";
import { llama3Tensor } from "./written-rope.ts";

export const llama = decoder({ modelType: "llama", className: "LlamaForCausalLM", turned: true });

export const writtenLlama = writtenDecoder("llama", { ropes: ["llama3"], factors: llama3Tensor });

export const writtenMistral = writtenDecoder("llama", { unheeded: windowUnheeded });
