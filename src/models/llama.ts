// Llama and everything shaped like it (TinyLlama, SmolLM): pre-norm blocks, grouped-query rotary attention, SwiGLU.
import { z } from "zod";
import { baseConfig, causalModel, defineArchitecture, usualBlock, only } from "./kit/index.ts";

export const llama = defineArchitecture({
  config: baseConfig.extend({ model_type: z.literal("llama") }),
  requires: [
    only("hidden_act", ["silu", "swish"], "only SiLU is built"),
    only("sliding_window", [], "windowed attention is not built"),
    only("partial_rotary_factor", [1], "this architecture rotates whole heads"),
  ],
  build: (config) => causalModel(config, () => usualBlock(config)),
});
