// Phi-1, 1.5 and 2: attention and feed-forward part side by side behind one LayerNorm, biases everywhere, half of each
// head turned.
import { z } from "zod";
import { LayerNorm } from "../nn/index.ts";
import {
  activationOf,
  type AttentionShape,
  baseConfig,
  causalModel,
  defineArchitecture,
  headSizeOf,
  knownActivation,
  Mlp,
  only,
  type ResidualBlock,
  usualBlock,
  usualNames,
} from "./kit/index.ts";

const PhiConfig = baseConfig.extend({
  model_type: z.literal("phi"),
  hidden_act: z.string().default("gelu_new"),
  layer_norm_eps: z.number().positive().default(1e-5),
  partial_rotary_factor: z.number().positive().max(1).default(0.5),
  qk_layernorm: z.boolean().default(false),
});
type PhiConfig = z.infer<typeof PhiConfig>;

function attention(config: PhiConfig): Partial<AttentionShape> {
  const norm = (): LayerNorm => new LayerNorm(headSizeOf(config), config.layer_norm_eps);
  return {
    bias: { inputs: true, output: true },
    names: { output: "dense", queryNorm: "q_layernorm", keyNorm: "k_layernorm" },
    norms: config.qk_layernorm ? { queries: norm(), keys: norm(), over: "heads" } : undefined,
  };
}

function block(config: PhiConfig): ResidualBlock {
  const { hidden_size, intermediate_size, layer_norm_eps, hidden_act } = config;
  const names = { up: "fc1", down: "fc2" };
  const activation = activationOf(hidden_act);
  return usualBlock(config, {
    attention: attention(config),
    mlp: new Mlp(hidden_size, intermediate_size, { bias: true, activation, names }),
    norm: () => new LayerNorm(hidden_size, layer_norm_eps),
    normNames: { beforeAttention: "input_layernorm" },
    isParallel: true,
  });
}

export const phi = defineArchitecture({
  config: PhiConfig,
  requires: [
    knownActivation(),
    only("tie_word_embeddings", [false], "the head of this architecture has a bias"),
  ],
  build: (config) =>
    causalModel(config, () => block(config), {
      norm: new LayerNorm(config.hidden_size, config.layer_norm_eps),
      names: { ...usualNames, norm: "final_layernorm" },
      head: { bias: true },
    }),
});
