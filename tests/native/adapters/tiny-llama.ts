// A llama of two blocks with random weights, for tests of adapters, and rows of ids for it.
// Non-square on purpose: grouped keys and a feed-forward width of its own.
import { architectureOf, initialize, type LanguageModel } from "../../../src/models/index.ts";
import { int32, scope, type Tensor } from "../../../src/mx/index.ts";

const config = {
  model_type: "llama",
  vocab_size: 40,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
};

/** The same weights at every call. */
export async function tinyLlama(): Promise<LanguageModel> {
  const architecture = await architectureOf(config);
  const model = scope(() => architecture.build(config));
  initialize(model, 4);
  return model;
}

/** (2, 9) */
export function someIds(): Tensor {
  const numbers = Array.from({ length: 18 }, (_, at) => (at * 7) % 40);
  return int32(numbers, [2, 9]);
}
