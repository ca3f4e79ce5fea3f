// A few tiny configs for every registered architecture; the contract tests build each with random weights.
// Not fixtures: what transformers computes lies in tests/fixtures/models.

const llama = {
  model_type: "llama",
  vocab_size: 40,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-5,
};

const gpt2 = {
  model_type: "gpt2",
  vocab_size: 40,
  n_embd: 16,
  n_head: 2,
  n_layer: 2,
  n_positions: 48,
};

/** By model_type; each config adds what it says to a small model. A vocabulary of at least 40. */
export const tinyConfigs: Readonly<Record<string, readonly Record<string, unknown>[]>> = {
  gpt2: [gpt2, { ...gpt2, n_inner: 20 }],
  llama: [
    llama,
    { ...llama, attention_bias: true, mlp_bias: true, tie_word_embeddings: true },
    { ...llama, head_dim: 6, rope_scaling: { type: "linear", factor: 2 } },
  ],
};
