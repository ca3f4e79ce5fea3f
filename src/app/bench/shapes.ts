// Shapes of models that a benchmark can take by name, as config.json says them. Weights are drawn; only sizes matter.
import { ConfigError } from "../../core/errors.ts";
import { Registry } from "../../core/registry.ts";

export type ModelShape = Readonly<Record<string, number | boolean | string>>;

const llama = {
  ...{ model_type: "llama", tie_word_embeddings: true, rms_norm_eps: 1e-5, rope_theta: 10_000 },
};

export const modelShapes = new Registry<ModelShape>(
  {
    tiny: {
      ...{ ...llama, hidden_size: 64, intermediate_size: 176, num_hidden_layers: 2 },
      ...{ num_attention_heads: 4, num_key_value_heads: 4, vocab_size: 2048 },
      max_position_embeddings: 2048,
    },
    small: {
      ...{ ...llama, hidden_size: 256, intermediate_size: 688, num_hidden_layers: 4 },
      ...{ num_attention_heads: 4, num_key_value_heads: 4, vocab_size: 4096 },
      max_position_embeddings: 4096,
    },
    "smollm-135m": {
      ...{ ...llama, hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 30 },
      ...{ num_attention_heads: 9, num_key_value_heads: 3, vocab_size: 49_152 },
      max_position_embeddings: 8192,
    },
    "llama-1b": {
      ...{ ...llama, hidden_size: 2048, intermediate_size: 8192, num_hidden_layers: 16 },
      ...{ num_attention_heads: 32, num_key_value_heads: 8, vocab_size: 128_256 },
      max_position_embeddings: 8192,
    },
  },
  ({ name, known }) =>
    new ConfigError("FT-CONFIG-068", {
      message: `'${name}' is neither a folder with a config.json nor a shape. Shapes: [${known.join(", ")}]`,
      hint: `ft bench train ${known[0]}`,
    }),
);
