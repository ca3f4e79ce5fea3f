// From the usual keys of config.json to the kit's plain shapes: what a Llama-shaped architecture begins with.
// Architectures whose keys are others make the shapes themselves.
import { Embedding, RMSNorm } from "../../nn/index.ts";
import type { AttentionShape } from "./attention.ts";
import type { Block } from "./block.ts";
import { type BaseConfig, headSizeOf } from "./config.ts";
import { CausalLM } from "./decoder.ts";
import { ropeFrom } from "./rope.ts";

/** The usual keys as attention takes them, rotary positions among them. */
export function attentionShape(config: BaseConfig): Omit<AttentionShape, "bias"> {
  const heads = config.num_attention_heads;
  const headSize = headSizeOf(config);
  return {
    hiddenSize: config.hidden_size,
    heads,
    keyHeads: config.num_key_value_heads ?? heads,
    headSize,
    rotary: ropeFrom(config, headSize),
  };
}

/** Rotary variants that stretch what a model was made for without saying so in `max_position_embeddings`. */
const stretching = new Set(["linear", "dynamic"]);

/** Longest text that the model was made for, in tokens. */
export function trainedLengthOf(config: BaseConfig): number {
  const { rope_type, type, factor = 1 } = config.rope_parameters ?? config.rope_scaling ?? {};
  const stretch = stretching.has(rope_type ?? type ?? "") ? factor : 1;
  return Math.floor(config.max_position_embeddings * stretch);
}

/** The usual decoder around these blocks, and its model. */
export function causalModel(config: BaseConfig, makeBlock: (layer: number) => Block): CausalLM {
  const { vocab_size, hidden_size, num_hidden_layers } = config;
  const parts = {
    embedding: new Embedding(vocab_size, hidden_size),
    blocks: Array.from({ length: num_hidden_layers }, (_, layer) => makeBlock(layer)),
    norm: new RMSNorm(hidden_size, config.rms_norm_eps),
  };
  const isTied = config.tie_word_embeddings;
  return new CausalLM(parts, { isTied, trainedLength: trainedLengthOf(config) });
}
