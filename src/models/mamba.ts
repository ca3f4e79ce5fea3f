// Mamba: its layers alone, each behind a norm.
import { z } from "zod";
import { Embedding, RMSNorm } from "../nn/index.ts";
import {
  activationOf,
  CausalLM,
  defineArchitecture,
  knownActivation,
  MambaMixer,
  mambaNames,
  mambaRecipe,
  type MambaShape,
  MixerBlock,
} from "./kit/index.ts";

const size = z.int().positive();

export const MambaConfig = z.looseObject({
  model_type: z.string(),
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: size,
  expand: z.number().positive().default(2),
  state_size: size.default(16),
  conv_kernel: size.default(4),
  time_step_rank: z.union([size, z.literal("auto")]).default("auto"),
  use_bias: z.boolean().default(false),
  use_conv_bias: z.boolean().default(true),
  hidden_act: z.string().default("silu"),
  layer_norm_epsilon: z.number().positive().default(1e-5),
  tie_word_embeddings: z.boolean().default(true),
});
type MambaConfig = z.infer<typeof MambaConfig>;

export function mambaShape(config: MambaConfig): MambaShape {
  const { hidden_size, time_step_rank: rank } = config;
  return {
    hiddenSize: hidden_size,
    innerSize: Math.trunc(config.expand * hidden_size),
    stateSize: config.state_size,
    stepRank: rank === "auto" ? Math.ceil(hidden_size / 16) : rank,
    width: config.conv_kernel,
    activation: activationOf(config.hidden_act),
    bias: { projections: config.use_bias, convolution: config.use_conv_bias },
  };
}

const normOf = ({ hidden_size, layer_norm_epsilon }: MambaConfig): RMSNorm =>
  new RMSNorm(hidden_size, layer_norm_epsilon);

export function buildMamba(config: MambaConfig, shape: () => MambaShape): CausalLM {
  const { vocab_size, hidden_size, num_hidden_layers, tie_word_embeddings: isTied } = config;
  const block = (): MixerBlock => new MixerBlock(normOf(config), new MambaMixer(shape()));
  const parts = {
    embedding: new Embedding(vocab_size, hidden_size),
    blocks: Array.from({ length: num_hidden_layers }, block),
    norm: normOf(config),
  };
  return new CausalLM(parts, { names: mambaNames, isTied });
}

export const mamba = defineArchitecture({
  config: MambaConfig.extend({ model_type: z.literal("mamba") }),
  requires: [knownActivation()],
  build: (config) => buildMamba(config, () => mambaShape(config)),
  recipe: mambaRecipe,
});
