// SmolLM3 in GGUF: Llama's; every fourth layer tells no positions, which llama.cpp knows and the file does not say.
import { decoder } from "./decoder.ts";

export const smollm3 = decoder({
  modelType: "smollm3",
  className: "SmolLM3ForCausalLM",
  turned: true,
  config: () => ({ no_rope_layer_interval: 4 }),
});
