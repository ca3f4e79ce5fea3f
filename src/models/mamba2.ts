// Mamba-2: its layers alone, each behind a norm.
import { z } from "zod";
import { Embedding, RMSNorm } from "../nn/index.ts";
import {
  activationOf,
  CausalLM,
  defineArchitecture,
  knownActivation,
  Mamba2Mixer,
  mambaNames,
  mambaRecipe,
  MixerBlock,
  stepLimits,
} from "./kit/index.ts";

const size = z.int().positive();

const Mamba2Config = z.looseObject({
  model_type: z.literal("mamba2"),
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: size,
  num_heads: size.default(128),
  head_dim: size.default(64),
  n_groups: size.default(8),
  state_size: size.default(128),
  conv_kernel: size.default(4),
  use_bias: z.boolean().default(false),
  use_conv_bias: z.boolean().default(true),
  hidden_act: z.string().default("silu"),
  layer_norm_epsilon: z.number().positive().default(1e-5),
  time_step_limit: stepLimits,
  tie_word_embeddings: z.boolean().default(false),
});
type Mamba2Config = z.infer<typeof Mamba2Config>;

const normOf = ({ hidden_size, layer_norm_epsilon }: Mamba2Config): RMSNorm =>
  new RMSNorm(hidden_size, layer_norm_epsilon);

function block(config: Mamba2Config): MixerBlock {
  const { use_bias } = config;
  const mixer = new Mamba2Mixer({
    hiddenSize: config.hidden_size,
    heads: config.num_heads,
    headSize: config.head_dim,
    groups: config.n_groups,
    stateSize: config.state_size,
    width: config.conv_kernel,
    activation: activationOf(config.hidden_act),
    bias: { input: use_bias, convolution: config.use_conv_bias, output: use_bias },
    stepLimits: config.time_step_limit ?? undefined,
    norm: { eps: config.layer_norm_epsilon },
  });
  return new MixerBlock(normOf(config), mixer);
}

function build(config: Mamba2Config): CausalLM {
  const { vocab_size, hidden_size, num_hidden_layers, tie_word_embeddings: isTied } = config;
  const parts = {
    embedding: new Embedding(vocab_size, hidden_size),
    blocks: Array.from({ length: num_hidden_layers }, () => block(config)),
    norm: normOf(config),
  };
  return new CausalLM(parts, { names: mambaNames, isTied });
}

export const mamba2 = defineArchitecture({
  config: Mamba2Config,
  requires: [knownActivation()],
  build,
  recipe: mambaRecipe,
});
