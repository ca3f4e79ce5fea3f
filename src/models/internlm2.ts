// InternLM2 and 2.5: Llama's blocks under other names, with queries, keys and values as one layer, key head by key head.
import { z } from "zod";
import { Embedding } from "../nn/index.ts";
import { type Recipe, tie } from "../weights/index.ts";
import {
  activationOf,
  attentionShape,
  baseConfig,
  CausalLM,
  defineArchitecture,
  FusedAttention,
  GatedMlp,
  hiddenNorm,
  knownActivation,
  ResidualBlock,
  trainedLengthOf,
} from "./kit/index.ts";

const InternLm2Config = baseConfig.extend({
  model_type: z.literal("internlm2"),
  bias: z.boolean().default(true),
});
type InternLm2Config = z.infer<typeof InternLm2Config>;

const names = {
  decoder: "model",
  embedding: "tok_embeddings",
  blocks: "layers",
  norm: "norm",
  head: "output",
};
const mlpNames = { gate: "w1", up: "w3", down: "w2" };

function block(config: InternLm2Config): ResidualBlock {
  const { hidden_size, intermediate_size, bias, hidden_act } = config;
  const shape = {
    ...attentionShape(config),
    bias: { inputs: bias, output: bias },
    names: { output: "wo" },
  };
  const mlp = { bias: false, activation: activationOf(hidden_act) };
  return new ResidualBlock({
    attention: ["attention", new FusedAttention(shape, { name: "wqkv", rows: "by key head" })],
    mlp: ["feed_forward", new GatedMlp(hidden_size, intermediate_size, mlp, mlpNames)],
    norms: {
      beforeAttention: ["attention_norm", hiddenNorm(config)],
      beforeMlp: ["ffn_norm", hiddenNorm(config)],
    },
  });
}

function build(config: InternLm2Config): CausalLM {
  const { vocab_size, hidden_size, num_hidden_layers, tie_word_embeddings: isTied } = config;
  const parts = {
    embedding: new Embedding(vocab_size, hidden_size),
    blocks: Array.from({ length: num_hidden_layers }, () => block(config)),
    norm: hiddenNorm(config),
  };
  return new CausalLM(parts, { names, isTied, trainedLength: trainedLengthOf(config) });
}

const recipe = ({ tie_word_embeddings }: InternLm2Config): Recipe =>
  tie_word_embeddings ? [tie("output.weight", "model.tok_embeddings.weight")] : [];

export const internlm2 = defineArchitecture({
  config: InternLm2Config,
  requires: [knownActivation()],
  build,
  recipe,
});
