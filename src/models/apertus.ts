// Apertus: Llama's blocks with norms over heads and a feed-forward part of xIELU, without a gate.
import { z } from "zod";
import type { Tensor } from "../mx/index.ts";
import { XieluActivation } from "../nn/index.ts";
import { computed, convert, drop } from "../weights/index.ts";
import {
  baseConfig,
  causalModel,
  type Converted,
  defineArchitecture,
  headNorms,
  Mlp,
  only,
  type Stages,
  usualBlock,
} from "./kit/index.ts";

const ApertusConfig = baseConfig.extend({
  model_type: z.literal("apertus"),
  hidden_act: z.string().default("xielu"),
  rms_norm_eps: z.number().positive().default(1e-5),
  max_position_embeddings: z.int().positive().default(65_536),
  rope_theta: z.number().positive().default(12_000_000),
});
type ApertusConfig = z.infer<typeof ApertusConfig>;

/** Where config.json says nothing of positions. */
const usualRope = {
  rope_type: "llama3",
  rope_theta: 12_000_000,
  factor: 8,
  original_max_position_embeddings: 8192,
  low_freq_factor: 1,
  high_freq_factor: 4,
};

const normNames = { beforeAttention: "attention_layernorm", beforeMlp: "feedforward_layernorm" };

function block(config: ApertusConfig) {
  const { hidden_size, intermediate_size } = config;
  const rope_parameters = config.rope_parameters ?? config.rope_scaling ?? usualRope;
  const names = { up: "up_proj", down: "down_proj", activation: "act_fn" };
  const activation = new XieluActivation();
  return usualBlock(
    { ...config, rope_parameters },
    {
      attention: { norms: headNorms(config) },
      mlp: new Mlp(hidden_size, intermediate_size, { bias: false, activation, names }),
      normNames,
    },
  );
}

/** Numbers of the activation, which are lists of one where they are published and mlx-lm writes without an axis. */
function published(_: ApertusConfig, { found }: Converted): Stages {
  const isBare = [...found].some(([name, shape]) => name.endsWith("alpha_p") && shape.length === 0);
  return isBare
    ? [[convert("{path*}.act_fn.{name:alpha_p|alpha_n}", "{path*}.act_fn.{name}", listed)]]
    : [];
}

const listed = computed(
  { shapes: () => [[1]], tensors: ([number]) => [(number as Tensor).reshape(1)] },
  { shapes: () => [[]], tensors: ([list]) => [(list as Tensor).reshape()] },
);

export const apertus = defineArchitecture({
  config: ApertusConfig,
  requires: [
    only("hidden_act", ["xielu"], "only xIELU is built"),
    only("mlp_bias", [false], "this architecture has no biases there"),
  ],
  build: (config) => causalModel(config, () => block(config)),
  // two constants of the activation, always the same
  recipe: () => [drop("{path*}.act_fn.[beta|eps]")],
  published,
});
