// OLMo 2 in GGUF: norms behind each half, and over queries and keys. OLMo 3 has this name too, with a window: refused.
import { decoder } from "./decoder.ts";
import { writtenDecoder } from "./written-decoder.ts";

export const olmo2 = decoder({
  modelType: "olmo2",
  className: "Olmo2ForCausalLM",
  normsBehind: true,
});

export const writtenOlmo2 = writtenDecoder("olmo2", {
  refuses: (config) => ["attention_bias", "tie_word_embeddings"].filter((key) => config.is(key)),
});
