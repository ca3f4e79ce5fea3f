// Llama and everything shaped like it (TinyLlama, SmolLM): pre-norm blocks, grouped-query rotary attention, SwiGLU.
import { z } from "zod";
import type { Tensor } from "../mx/index.ts";
import { RMSNorm } from "../nn/index.ts";
import {
  Attention,
  attentionShape,
  baseConfig,
  Block,
  type BlockContext,
  causalModel,
  defineArchitecture,
  GatedMlp,
  only,
} from "./kit/index.ts";

const LlamaConfig = baseConfig.extend({
  model_type: z.literal("llama"),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
});

class LlamaBlock extends Block {
  self_attn: Attention;
  mlp: GatedMlp;
  input_layernorm: RMSNorm;
  post_attention_layernorm: RMSNorm;

  constructor(config: z.infer<typeof LlamaConfig>) {
    super();
    const { hidden_size, intermediate_size, rms_norm_eps, attention_bias: bias } = config;
    this.self_attn = new Attention({
      ...attentionShape(config),
      bias: { inputs: bias, output: bias },
    });
    this.mlp = new GatedMlp(hidden_size, intermediate_size, { bias: config.mlp_bias });
    this.input_layernorm = new RMSNorm(hidden_size, rms_norm_eps);
    this.post_attention_layernorm = new RMSNorm(hidden_size, rms_norm_eps);
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    const h = x.add(this.self_attn.forward(this.input_layernorm.forward(x), context));
    return h.add(this.mlp.forward(this.post_attention_layernorm.forward(h)));
  }
}

export const llama = defineArchitecture({
  config: LlamaConfig,
  requires: [
    only("hidden_act", ["silu", "swish"], "only SiLU is built"),
    only("sliding_window", [], "windowed attention is not built"),
    only("partial_rotary_factor", [1], "this architecture rotates whole heads"),
  ],
  build: (config) => causalModel(config, () => new LlamaBlock(config)),
});
