// StableLM: LayerNorms, a quarter of each head turned, halves one after the other or side by side.
import { z } from "zod";
import { HeadLayerNorm, LayerNorm } from "../nn/index.ts";
import { rename } from "../weights/index.ts";
import {
  attentionShape,
  baseConfig,
  causalModel,
  defineArchitecture,
  type HeadNorms,
  knownActivation,
  only,
  type ResidualBlock,
  usualBlock,
} from "./kit/index.ts";

const StableLmConfig = baseConfig.extend({
  model_type: z.literal("stablelm"),
  layer_norm_eps: z.number().positive().default(1e-5),
  partial_rotary_factor: z.number().positive().max(1).default(0.25),
  use_qkv_bias: z.boolean().default(false),
  qk_layernorm: z.boolean().default(false),
  use_parallel_residual: z.boolean().default(false),
});
type StableLmConfig = z.infer<typeof StableLmConfig>;

function norms(config: StableLmConfig): HeadNorms | undefined {
  if (!config.qk_layernorm) return undefined;
  const { heads, keyHeads, headSize } = attentionShape(config);
  const norm = (count: number) => new HeadLayerNorm(count, headSize, config.layer_norm_eps);
  return { queries: norm(heads), keys: norm(keyHeads), over: "heads" };
}

const parallel = { normNames: { beforeAttention: "input_layernorm" }, isParallel: true };

function block(config: StableLmConfig): ResidualBlock {
  return usualBlock(config, {
    attention: {
      bias: { inputs: config.use_qkv_bias, output: false },
      names: { queryNorm: "q_layernorm", keyNorm: "k_layernorm" },
      norms: norms(config),
    },
    norm: () => new LayerNorm(config.hidden_size, config.layer_norm_eps),
    ...(config.use_parallel_residual && parallel),
  });
}

export const stablelm = defineArchitecture({
  config: StableLmConfig,
  requires: [knownActivation(), only("mlp_bias", [false], "this architecture has no biases there")],
  build: (config) =>
    causalModel(config, () => block(config), {
      norm: new LayerNorm(config.hidden_size, config.layer_norm_eps),
    }),
  // each head's norm is a tensor of its own
  recipe: () => [
    rename("{path*}.{norm:q_layernorm|k_layernorm}.norms.{head#}.weight", "{path*}.{norm}.weight"),
  ],
});
