// StarCoder2 in GGUF: LayerNorms, biases, a feed-forward part without a gate.
import { f32 } from "../entries.ts";
import { decoder } from "./decoder.ts";
import { windowUnheeded } from "./writing.ts";
import { writtenDecoder } from "./written-decoder.ts";

export const starcoder2 = decoder({
  modelType: "starcoder2",
  className: "Starcoder2ForCausalLM",
  activation: "gelu_pytorch_tanh",
  names: { ffn_up: "mlp.c_fc", ffn_down: "mlp.c_proj" },
  config: (file) => ({
    norm_epsilon: file.real("attention.layer_norm_epsilon") ?? 1e-5,
    use_bias: file.has("blk.0.attn_q.bias"),
    sliding_window: null,
  }),
});

export const writtenStarcoder2 = writtenDecoder("starcoder2", {
  keys: (config) => ({ "attention.layer_norm_epsilon": f32(config.number("norm_epsilon")) }),
  refuses: (config) => (config.is("use_bias") ? [] : ["use_bias = false"]),
  unheeded: windowUnheeded,
});
