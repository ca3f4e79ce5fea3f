// StarCoder2: LayerNorms, biases, a feed-forward part without a gate, a window where the config has one.
import { z } from "zod";
import { LayerNorm } from "../nn/index.ts";
import {
  activationOf,
  baseConfig,
  causalModel,
  defineArchitecture,
  knownActivation,
  Mlp,
  usualBlock,
} from "./kit/index.ts";

const Starcoder2Config = baseConfig.extend({
  model_type: z.literal("starcoder2"),
  num_key_value_heads: z.int().positive().default(2),
  hidden_act: z.string().default("gelu_pytorch_tanh"),
  norm_epsilon: z.number().positive().default(1e-5),
  sliding_window: z.int().positive().nullish(),
  use_bias: z.boolean().default(true),
  tie_word_embeddings: z.boolean().default(true),
});
type Starcoder2Config = z.infer<typeof Starcoder2Config>;

const names = { up: "c_fc", down: "c_proj" };

function block(config: Starcoder2Config) {
  const { hidden_size, intermediate_size, use_bias: bias, norm_epsilon } = config;
  const activation = activationOf(config.hidden_act);
  return usualBlock(config, {
    attention: {
      bias: { inputs: bias, output: bias },
      window: config.sliding_window ?? undefined,
    },
    mlp: new Mlp(hidden_size, intermediate_size, { bias, activation, names }),
    norm: () => new LayerNorm(hidden_size, norm_epsilon),
  });
}

export const starcoder2 = defineArchitecture({
  config: Starcoder2Config,
  requires: [knownActivation()],
  build: (config) =>
    causalModel(config, () => block(config), {
      norm: new LayerNorm(config.hidden_size, config.norm_epsilon),
    }),
});
