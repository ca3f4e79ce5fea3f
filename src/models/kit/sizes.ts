// How large a model of a given config is, in numbers: what memory estimates and listings need before any weight exists.
// Arithmetic on config.json; needs no addon.
import { type BaseConfig, headSizeOf } from "./config.ts";

export interface LinearSize {
  /** Last name of the layer: "q_proj". */
  name: string;
  inputSize: number;
  outputSize: number;
}

export interface ModelSizes {
  hiddenSize: number;
  /** Inner size of the feed-forward blocks. */
  innerSize: number;
  blockCount: number;
  headCount: number;
  vocabularySize: number;
  /** Most tokens it reads, where it has learned each position; absent where positions are computed. */
  positionLimit?: number;
  /** Linear layers of one block. */
  linears: LinearSize[];
  parameterCount: number;
}

/** Weights of the linear layers of one block, without biases. */
export function linearParameters(linears: readonly LinearSize[]): number {
  return linears.reduce((sum, { inputSize, outputSize }) => sum + inputSize * outputSize, 0);
}

interface Biases {
  attention_bias?: boolean;
  mlp_bias?: boolean;
}

/** Llama-shaped decoders: four attention projections, a gated feed-forward block, two norms a block. */
export function decoderSizes(config: BaseConfig & Biases): ModelSizes {
  const { hidden_size: hidden, intermediate_size: inner, num_attention_heads: heads } = config;
  const headSize = headSizeOf(config);
  const keys = (config.num_key_value_heads ?? heads) * headSize;
  const linears = [
    { name: "q_proj", inputSize: hidden, outputSize: heads * headSize },
    { name: "k_proj", inputSize: hidden, outputSize: keys },
    { name: "v_proj", inputSize: hidden, outputSize: keys },
    { name: "o_proj", inputSize: heads * headSize, outputSize: hidden },
    { name: "gate_proj", inputSize: hidden, outputSize: inner },
    { name: "up_proj", inputSize: hidden, outputSize: inner },
    { name: "down_proj", inputSize: inner, outputSize: hidden },
  ];
  const embeddings = config.vocab_size * hidden * (config.tie_word_embeddings ? 1 : 2);
  const attentionBiases = config.attention_bias ? heads * headSize + 2 * keys + hidden : 0;
  const mlpBiases = config.mlp_bias ? 2 * inner + hidden : 0;
  const block = linearParameters(linears) + attentionBiases + mlpBiases + 2 * hidden;
  return {
    hiddenSize: hidden,
    innerSize: inner,
    blockCount: config.num_hidden_layers,
    headCount: heads,
    vocabularySize: config.vocab_size,
    linears,
    parameterCount: embeddings + config.num_hidden_layers * block + hidden,
  };
}
