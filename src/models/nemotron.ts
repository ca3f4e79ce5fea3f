// Nemotron and Minitron: LayerNorms of 1 + weight, a feed-forward part without a gate, half of each head turned.
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

const NemotronConfig = baseConfig.extend({
  model_type: z.literal("nemotron"),
  hidden_act: z.string().default("relu2"),
  norm_eps: z.number().positive().default(1e-5),
  partial_rotary_factor: z.number().positive().max(1).default(0.5),
});
type NemotronConfig = z.infer<typeof NemotronConfig>;

const names = { up: "up_proj", down: "down_proj" };

const normOf = ({ hidden_size, norm_eps }: NemotronConfig): LayerNorm =>
  new LayerNorm(hidden_size, norm_eps, { isOffset: true });

function block(config: NemotronConfig) {
  const { hidden_size, intermediate_size, mlp_bias: bias, hidden_act } = config;
  const activation = activationOf(hidden_act);
  return usualBlock(config, {
    mlp: new Mlp(hidden_size, intermediate_size, { bias, activation, names }),
    norm: () => normOf(config),
  });
}

export const nemotron = defineArchitecture({
  config: NemotronConfig,
  requires: [knownActivation()],
  build: (config) => causalModel(config, () => block(config), { norm: normOf(config) }),
});
