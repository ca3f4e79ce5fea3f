// A few tiny configs for every registered architecture; the contract tests build each with random weights.
// Not fixtures: what transformers computes lies in tests/fixtures/models.

/** The keys that most share. */
const usual = {
  vocab_size: 40,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
};

const llama = { model_type: "llama", ...usual, rms_norm_eps: 1e-5 };

const yarn = {
  rope_type: "yarn",
  factor: 4,
  original_max_position_embeddings: 8,
  rope_theta: 1000,
};

const longrope = {
  type: "longrope",
  short_factor: [1, 1.5],
  long_factor: [2, 4],
  attention_factor: 1.2,
};

const latent = {
  q_lora_rank: 10,
  kv_lora_rank: 6,
  qk_nope_head_dim: 4,
  qk_rope_head_dim: 2,
  v_head_dim: 5,
  scale_emb: 3,
  dim_model_base: 8,
};

/** Of DeepSeek's sparse models. */
const grouped = {
  ...latent,
  first_k_dense_replace: 1,
  n_routed_experts: 4,
  n_shared_experts: 1,
  num_experts_per_tok: 2,
  moe_intermediate_size: 10,
  n_group: 2,
  topk_group: 1,
};

/** Of Qwen's sparse models. */
const experts = { num_experts: 4, num_experts_per_tok: 2, moe_intermediate_size: 10 };
const gemma4 = {
  ...{ head_dim: 6, global_head_dim: 8, num_hidden_layers: 4, num_kv_shared_layers: 2 },
  layer_types: ["sliding_attention", "full_attention", "sliding_attention", "full_attention"],
  sliding_window: 4,
};

const layerInputs = { hidden_size_per_layer_input: 4, vocab_size_per_layer_input: 40 };

const gemma3n = { ...gemma4, ...layerInputs, altup_num_inputs: 2, laurel_rank: 3 };

const llama4 = {
  ...{ num_hidden_layers: 4, head_dim: 6, intermediate_size_mlp: 20, num_local_experts: 4 },
  ...{ interleave_moe_layer_step: 2, no_rope_layer_interval: 2, attention_chunk_size: 4 },
  ...{ num_experts_per_tok: 2, floor_scale: 4 },
};

const delta = {
  rms_norm_eps: 1e-2,
  head_dim: 8,
  linear_num_key_heads: 1,
  linear_num_value_heads: 2,
  linear_key_head_dim: 6,
  linear_value_head_dim: 5,
  layer_types: ["linear_attention", "full_attention"],
};

const deltaExperts = { ...delta, ...experts, shared_expert_intermediate_size: 12 };
/** Where a family has ReLU, whose bend finite differences step over. */
const smooth = { activation_function: "gelu" };

/** Of DeepSeek's. */
const groups = {
  ...{ n_routed_experts: 6, num_experts_per_tok: 2, n_group: 3, topk_group: 2 },
  ...{ n_shared_experts: 1, moe_intermediate_size: 10, first_k_dense_replace: 1 },
};

/** One config each: the usual keys and these. */
function alike(differences: Record<string, object>): Record<string, Record<string, unknown>[]> {
  return Object.fromEntries(
    Object.entries(differences).map(([model_type, difference]) => [
      model_type,
      [{ model_type, ...usual, ...difference }],
    ]),
  );
}

/** Of models without attention. */
const mamba = {
  vocab_size: 40,
  hidden_size: 16,
  num_hidden_layers: 2,
  state_size: 4,
  use_bias: true,
};

const mamba2 = {
  mamba_n_heads: 4,
  mamba_d_head: 8,
  mamba_n_groups: 2,
  mamba_d_state: 4,
  mamba_proj_bias: true,
};

const graniteHybrid = {
  residual_multiplier: 0.5,
  num_local_experts: 4,
  shared_intermediate_size: 20,
  position_embedding_type: "rope",
};

const nemotron = {
  mamba_num_heads: 4,
  mamba_head_dim: 4,
  head_dim: 4,
  n_groups: 2,
  ssm_state_size: 4,
  moe_intermediate_size: 12,
  moe_shared_expert_intermediate_size: 20,
  n_routed_experts: 4,
};

const lfmExperts = { num_experts: 4, num_experts_per_tok: 2, moe_intermediate_size: 12 };

const opt = { ffn_dim: 24, max_position_embeddings: 48, enable_bias: false, ...smooth };

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
  gpt_bigcode: [
    { ...gpt2, model_type: "gpt_bigcode" },
    { ...gpt2, model_type: "gpt_bigcode", tie_word_embeddings: false },
  ],
  codegen: [{ ...gpt2, model_type: "codegen", n_head: 4, rotary_dim: 2 }],
  gptj: [{ ...gpt2, model_type: "gptj", rotary_dim: 4 }],
  llama: [
    llama,
    { ...llama, attention_bias: true, mlp_bias: true, tie_word_embeddings: true },
    { ...llama, head_dim: 6, rope_scaling: { type: "linear", factor: 2 } },
  ],
  mamba: [{ model_type: "mamba", ...mamba }],
  mamba2: [{ model_type: "mamba2", ...mamba, num_heads: 4, head_dim: 8, n_groups: 2 }],
  falcon_mamba: [{ model_type: "falcon_mamba", ...mamba, time_step_rank: 4 }],
  ...alike({
    apertus: {},
    bamba: { ...mamba2, attn_layer_indices: [1] },
    bloom: {},
    cohere: { use_qk_norm: true, logit_scale: 0.5 },
    cohere2: { sliding_window: 4, sliding_window_pattern: 2 },
    ernie4_5_moe: {
      ...{ use_bias: true, tie_word_embeddings: true },
      head_dim: 6,
      moe_num_experts: 4,
      moe_k: 2,
      moe_intermediate_size: 10,
    },
    deepseek_v2: { ...grouped, topk_method: "group_limited_greedy" },
    deepseek_v3: grouped,
    ernie4_5: { head_dim: 6, use_bias: true },
    dots1: { ...groups, sliding_window: 4, max_window_layers: 1 },
    exaone4: { sliding_window: 4, sliding_window_pattern: 2 },
    falcon_h1: { ...mamba2, mamba_d_ssm: 32, mamba_rms_norm: true, key_multiplier: 0.5 },
    falcon: { new_decoder_architecture: true, num_kv_heads: 2, ffn_hidden_size: 24 },
    gemma: { head_dim: 6 },
    gemma2: { head_dim: 6, sliding_window: 4, query_pre_attn_scalar: 6, attn_logit_softcapping: 2 },
    gemma3_text: { head_dim: 6, sliding_window: 4, sliding_window_pattern: 2 },
    gemma3n_text: { ...gemma3n, activation_sparsity_pattern: [0.5, 0, 0, 0] },
    gemma3n: { text_config: { ...usual, ...gemma3n } },
    gemma4: { text_config: { ...usual, ...gemma4, ...layerInputs } },
    gemma4_unified: { text_config: { ...usual, ...gemma4 } },
    gemma4_unified_text: gemma4,
    gemma3: { text_config: { ...usual, head_dim: 6, sliding_window: 4 } },
    glm: { head_dim: 8 },
    glm4: { head_dim: 8 },
    glm4_moe_lite: grouped,
    glm4_moe: { ...groups, head_dim: 8, use_qk_norm: true },
    gpt_neo: { num_layers: 2, num_heads: 4, window_size: 4 },
    gpt_neox: { rotary_pct: 0.5 },
    gpt_oss: { head_dim: 6, sliding_window: 4, num_local_experts: 4, num_experts_per_tok: 2 },
    granite: { residual_multiplier: 0.5, attention_multiplier: 0.5, logits_scaling: 2 },
    granitemoe: { residual_multiplier: 0.5, logits_scaling: 2, num_local_experts: 4 },
    granite_swa: { num_hidden_layers: 3, sliding_window: 4, layer_rope_theta: [100, 0, 50] },
    granitemoehybrid: { ...mamba2, ...graniteHybrid, layer_types: ["mamba", "attention"] },
    helium: { head_dim: 4 },
    hunyuan_v1_dense: { rope_scaling: { type: "dynamic", alpha: 50, factor: 1 } },
    internlm2: { rope_scaling: { type: "dynamic", factor: 2 } },
    internlm3: { head_dim: 6, qkv_bias: true },
    llama4: { text_config: { ...usual, ...llama4 } },
    llama4_text: llama4,
    jamba: {
      attn_layer_period: 2,
      attn_layer_offset: 1,
      num_experts: 4,
      mamba_d_state: 4,
      mamba_dt_rank: 4,
    },
    lfm2: { layer_types: ["conv", "full_attention"], block_multiple_of: 4, conv_bias: true },
    lfm2_moe: { layer_types: ["conv", "full_attention"], num_dense_layers: 1, ...lfmExperts },
    lfm3: { head_dim: 8, sliding_window: 4, num_hidden_layers: 5, conv_L_cache: 3 },
    minicpm3: latent,
    minimax_m2: { head_dim: 8, num_local_experts: 4, num_experts_per_tok: 2, rotary_dim: 4 },
    ministral3: { head_dim: 6, rope_parameters: { ...yarn, llama_4_scaling_beta: 0.3 } },
    mistral: { sliding_window: 4 },
    mistral3: { text_config: { model_type: "mistral", ...usual, sliding_window: 4 } },
    mixtral: { sliding_window: 4, num_local_experts: 4 },
    nemotron_h: { ...nemotron, moe_latent_size: 8, hybrid_override_pattern: "M*-E" },
    nemotron: { hidden_act: "gelu" },
    olmo: { clip_qkv: 8, attention_bias: true },
    olmo2: {},
    olmo3: { num_hidden_layers: 4, sliding_window: 4 },
    olmo_hybrid: { rope_theta: 1000, ...delta },
    olmoe: { num_experts: 4, num_experts_per_tok: 2, clip_qkv: 4 },
    phi: { qk_layernorm: true },
    phi3: { original_max_position_embeddings: 64, rope_scaling: longrope },
    phimoe: { num_local_experts: 4, router_jitter_noise: 0.2, lm_head_bias: true },
    qwen2: { use_sliding_window: true, sliding_window: 4, max_window_layers: 1 },
    qwen2_moe: { ...experts, shared_expert_intermediate_size: 12 },
    qwen3: { head_dim: 6 },
    qwen3_moe: { head_dim: 6, ...experts, norm_topk_prob: true, mlp_only_layers: [0] },
    qwen3_5: { text_config: { ...usual, ...delta } },
    qwen3_5_moe: { text_config: { ...usual, ...deltaExperts } },
    qwen3_5_moe_text: deltaExperts,
    qwen3_5_text: { ...delta, linear_conv_kernel_dim: 2, attention_bias: true },
    qwen3_next: { ...deltaExperts, mlp_only_layers: [1] },
    seed_oss: { head_dim: 6 },
    smollm3: { no_rope_layer_interval: 2 },
    stablelm: { qk_layernorm: true, partial_rotary_factor: 0.5 },
    starcoder2: { sliding_window: 4 },
    youtu: { ...latent, tie_word_embeddings: true },
  }),
  opt: [
    { model_type: "opt", ...usual, ...opt },
    { model_type: "opt", ...usual, ...opt, word_embed_proj_dim: 12, do_layer_norm_before: false },
  ],
  gemma4_text: [
    {
      ...{ model_type: "gemma4_text", ...usual, ...gemma4, ...layerInputs },
      ...{ attention_k_eq_v: true, use_double_wide_mlp: true },
    },
    {
      ...{ model_type: "gemma4_text", ...usual, ...gemma4, hidden_size_per_layer_input: 0 },
      ...{ enable_moe_block: true, num_experts: 4, top_k_experts: 2, moe_intermediate_size: 10 },
    },
  ],
};
