// Qwen 2, 2.5 and 3 in GGUF. What they can have of windows, their files do not say.
import { decoder } from "./decoder.ts";
import { windowUnheeded } from "./writing.ts";
import { writtenDecoder } from "./written-decoder.ts";

export const qwen2 = decoder({ modelType: "qwen2", className: "Qwen2ForCausalLM" });
export const qwen3 = decoder({ modelType: "qwen3", className: "Qwen3ForCausalLM" });

const windowed = {
  unheeded: (config: Parameters<typeof windowUnheeded>[0]) =>
    windowUnheeded(config, config.is("use_sliding_window")),
};

export const writtenQwen2 = writtenDecoder("qwen2", windowed);
export const writtenQwen3 = writtenDecoder("qwen3", {
  ...windowed,
  refuses: (config) => (config.is("attention_bias") ? ["attention_bias"] : []),
});
