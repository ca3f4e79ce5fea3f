// Tiny configurations of the architectures that mlx-lm has too, as both read them: published keys, both styles of rotary
// positions, and sizes that its packing divides.

/** mlx-lm reads no files of such a model as they are published or as they are written here: it draws the weights itself. */
const isDrawn = { isDrawn: true };

const usual = {
  ...{ vocab_size: 48, hidden_size: 64, intermediate_size: 96, num_hidden_layers: 2 },
  ...{ num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 128 },
  ...{ rms_norm_eps: 1e-5, rope_theta: 10_000, rope_scaling: null, tie_word_embeddings: false },
  ...{ attention_bias: false, mlp_bias: false, hidden_act: "silu" },
};

export interface MlxConfig {
  /** Whether mlx-lm draws the weights. */
  isDrawn: boolean;
  config: Record<string, unknown>;
}

type Differences = Record<string, unknown> & { isDrawn?: boolean };

/** One each: the usual keys and these. */
function alike(differences: Record<string, Differences>): Record<string, MlxConfig> {
  return Object.fromEntries(
    Object.entries(differences).map(([name, { isDrawn: isTheirs = false, ...difference }]) => [
      name,
      { isDrawn: isTheirs, config: { model_type: name, ...usual, ...difference } },
    ]),
  );
}

const gpt2 = {
  ...{ vocab_size: 48, n_embd: 64, n_head: 4, n_layer: 2, n_positions: 128, n_ctx: 128 },
  ...{ n_inner: 256, layer_norm_epsilon: 1e-5 },
};

const yarn = {
  ...{ type: "yarn", factor: 4, original_max_position_embeddings: 32, beta_fast: 32, beta_slow: 1 },
  ...{ mscale: 1, mscale_all_dim: 1 },
};

const latent = {
  rope_scaling: yarn,
  ...{ num_key_value_heads: 4, q_lora_rank: 64, kv_lora_rank: 32, qk_nope_head_dim: 32 },
  ...{ qk_rope_head_dim: 16, v_head_dim: 32 },
};

/** Of DeepSeek's sparse models. */
const groups = {
  ...{ first_k_dense_replace: 1, n_routed_experts: 8, n_shared_experts: 1, num_experts_per_tok: 2 },
  ...{ moe_intermediate_size: 32, n_group: 2, topk_group: 1, norm_topk_prob: true },
  ...{ routed_scaling_factor: 1.5, moe_layer_freq: 1 },
};

/** Of Qwen's. */
const experts = {
  ...{ num_experts: 4, num_experts_per_tok: 2, moe_intermediate_size: 32, norm_topk_prob: true },
  ...{ decoder_sparse_step: 1, mlp_only_layers: [] },
};
const shared = { ...experts, shared_expert_intermediate_size: 64 };

const LINEAR = "linear_attention";
const FULL = "full_attention";
const SLIDING = "sliding_attention";

const delta = {
  ...{ head_dim: 32, partial_rotary_factor: 0.25, linear_num_key_heads: 2 },
  ...{ linear_num_value_heads: 4, linear_key_head_dim: 32, linear_value_head_dim: 32 },
  ...{ linear_conv_kernel_dim: 4, full_attention_interval: 2, layer_types: [LINEAR, FULL] },
  rope_parameters: { rope_type: "default", rope_theta: 10_000, partial_rotary_factor: 0.25 },
};

const gemma4 = {
  final_logit_softcapping: 30,
  use_double_wide_mlp: false,
  ...{ head_dim: 32, global_head_dim: 32, num_hidden_layers: 4, num_kv_shared_layers: 2 },
  ...{ layer_types: [SLIDING, FULL, SLIDING, FULL], sliding_window: 64 },
  ...{ hidden_size_per_layer_input: 32, vocab_size_per_layer_input: 48, tie_word_embeddings: true },
  hidden_activation: "gelu_pytorch_tanh",
};

const gemma3n = {
  ...gemma4,
  ...{ altup_num_inputs: 2, laurel_rank: 32, altup_coef_clip: 120, altup_correct_scale: true },
  ...{ altup_active_idx: 0, rope_local_base_freq: 10_000, final_logit_softcapping: 30 },
  activation_sparsity_pattern: [0.5, 0, 0, 0],
};

const gemma3 = {
  ...{ head_dim: 32, sliding_window: 64, sliding_window_pattern: 2, query_pre_attn_scalar: 32 },
  ...{ rope_local_base_freq: 10_000, tie_word_embeddings: true },
  layer_types: [SLIDING, FULL],
};

const mamba = {
  ...{ vocab_size: 48, hidden_size: 64, num_hidden_layers: 2, state_size: 16, use_bias: true },
  ...{ use_conv_bias: true, conv_kernel: 4, intermediate_size: 128, time_step_rank: 32 },
  ...{ expand: 2, layer_norm_epsilon: 1e-5, tie_word_embeddings: false },
};

const mamba2 = {
  ...{ mamba_n_heads: 4, mamba_d_head: 32, mamba_n_groups: 1, mamba_d_state: 16, mamba_expand: 2 },
  ...{ mamba_proj_bias: false, mamba_conv_bias: true, mamba_d_conv: 4, mamba_chunk_size: 8 },
  time_step_limit: [0.001, 100],
};

const falconFactors = {
  ...{ embedding_multiplier: 1.5, lm_head_multiplier: 0.5, key_multiplier: 0.75 },
  ...{ attention_in_multiplier: 0.5, attention_out_multiplier: 1.25, ssm_in_multiplier: 0.8 },
  ...{ ssm_out_multiplier: 1.2, mlp_multipliers: [0.9, 1.1] },
  ssm_multipliers: [0.5, 0.6, 0.7, 0.8, 0.9],
};

const granite = {
  ...{ residual_multiplier: 0.5, attention_multiplier: 0.25, logits_scaling: 2 },
  embedding_multiplier: 3,
};

const llama4 = {
  ...{ num_hidden_layers: 4, head_dim: 32, intermediate_size_mlp: 96, num_local_experts: 4 },
  ...{ interleave_moe_layer_step: 2, no_rope_layer_interval: 4, attention_chunk_size: 64 },
  ...{ num_experts_per_tok: 1, floor_scale: 64, use_qk_norm: false, attn_scale: 0.1 },
  attn_temperature_tuning: true,
};

const nemotronH = {
  ...{ mamba_num_heads: 4, mamba_head_dim: 32, head_dim: 32, n_groups: 1, ssm_state_size: 16 },
  ...{ moe_intermediate_size: 32, moe_shared_expert_intermediate_size: 64, n_routed_experts: 4 },
  ...{ n_shared_experts: 1, num_experts_per_tok: 2, n_group: 1, topk_group: 1 },
  ...{ norm_topk_prob: true, routed_scaling_factor: 1.5, num_hidden_layers: 4, conv_kernel: 4 },
  ...{
    hybrid_override_pattern: "M*-E",
    mamba_proj_bias: false,
    use_bias: false,
    use_conv_bias: true,
  },
  ...{ layer_norm_epsilon: 1e-5, mlp_hidden_act: "relu2", time_step_limit: [0, 100] },
};

export const mlxConfigs: Readonly<Record<string, MlxConfig>> = alike({
  apertus: {
    rope_scaling: {
      type: "llama3",
      factor: 8,
      original_max_position_embeddings: 64,
      low_freq_factor: 1,
      high_freq_factor: 4,
    },
    ...isDrawn,
    post_norm: false,
    qk_norm: true,
    hidden_act: "xielu",
  },
  cohere: { layer_norm_eps: 1e-5, use_qk_norm: false, logit_scale: 0.5, tie_word_embeddings: true },
  cohere2: {
    ...{ head_dim: 16, sliding_window: 64, sliding_window_pattern: 2, layer_norm_eps: 1e-5 },
    ...{ logit_scale: 0.5, tie_word_embeddings: true },
  },
  deepseek_v2: {
    ...{ ...latent, ...groups, topk_method: "group_limited_greedy", norm_topk_prob: false },
    scoring_func: "softmax",
  },
  deepseek_v3: { ...latent, ...groups, topk_method: "noaux_tc", scoring_func: "sigmoid" },
  dots1: { ...groups, head_dim: 32, scoring_func: "noaux_tc" },
  ernie4_5: { head_dim: 32, use_bias: false, tie_word_embeddings: true },
  ernie4_5_moe: {
    ...isDrawn,
    ...{ head_dim: 32, moe_num_experts: 4, moe_k: 2, moe_intermediate_size: 32, use_bias: false },
    ...{ moe_layer_start_index: 1, moe_layer_interval: 1, moe_num_shared_experts: 1 },
  },
  exaone4: { head_dim: 32, sliding_window: 64, sliding_window_pattern: "LG" },
  falcon_h1: { ...falconFactors, ...mamba2, mamba_d_ssm: 128, mamba_rms_norm: false, head_dim: 32 },
  falcon_mamba: { ...mamba, use_bcdt_rms: true, mixer_rms_eps: 1e-6 },
  gemma: { head_dim: 32, hidden_act: "gelu_pytorch_tanh", tie_word_embeddings: true },
  gemma2: {
    ...{ head_dim: 32, sliding_window: 64, query_pre_attn_scalar: 32, attn_logit_softcapping: 5 },
    ...{ final_logit_softcapping: 4, tie_word_embeddings: true },
  },
  gemma3: { ...isDrawn, text_config: { model_type: "gemma3_text", ...usual, ...gemma3 } },
  gemma3_text: gemma3,
  gemma3n: { text_config: { model_type: "gemma3n_text", ...usual, ...gemma3n }, ...isDrawn },
  gemma4: {
    text_config: { model_type: "gemma4_text", ...usual, ...gemma4 },
    tie_word_embeddings: true,
  },
  gemma4_text: gemma4,
  gemma4_unified: {
    text_config: {
      model_type: "gemma4_unified_text",
      ...usual,
      ...gemma4,
      hidden_size_per_layer_input: 0,
    },
    tie_word_embeddings: true,
  },
  glm: { head_dim: 32, attention_bias: true },
  glm4: { head_dim: 32, partial_rotary_factor: 0.5 },
  glm4_moe: {
    ...{ ...groups, head_dim: 32, use_qk_norm: true, partial_rotary_factor: 0.5 },
  },
  glm4_moe_lite: { ...latent, ...groups, rope_interleave: true },
  gpt2: { ...gpt2, ...isDrawn, tie_word_embeddings: true },
  gpt_bigcode: {
    ...gpt2,
    multi_query: true,
    attention_bias: true,
    mlp_bias: true,
    tie_word_embeddings: true,
  },
  gptj: { ...gpt2, rotary_dim: 8 },
  gpt_neox: {
    hidden_act: "gelu",
    rotary_pct: 0.5,
    intermediate_size: 256,
    rotary_emb_base: 10_000,
    layer_norm_eps: 1e-5,
    use_parallel_residual: true,
    attention_bias: true,
  },
  gpt_oss: {
    ...isDrawn,
    ...{ head_dim: 32, sliding_window: 64, num_local_experts: 4, num_experts_per_tok: 2 },
    ...{ layer_types: [SLIDING, FULL], attention_bias: true },
    rope_scaling: {
      rope_type: "yarn",
      factor: 4,
      original_max_position_embeddings: 32,
      beta_fast: 32,
      beta_slow: 1,
    },
  },
  granite,
  granitemoe: { ...granite, num_local_experts: 4, num_experts_per_tok: 2 },
  granitemoehybrid: {
    ...{ ...mamba2, ...granite, num_local_experts: 4, num_experts_per_tok: 2 },
    ...{ shared_intermediate_size: 64, position_embedding_type: "nope" },
    layer_types: ["mamba", "attention"],
  },
  helium: { head_dim: 16 },
  hunyuan_v1_dense: {
    ...{ use_qk_norm: true, head_dim: 16 },
    rope_scaling: { type: "dynamic", alpha: 50, factor: 1, beta_fast: 32, beta_slow: 1 },
  },
  internlm2: { bias: false },
  internlm3: { head_dim: 16, qkv_bias: false, bias: false },
  jamba: {
    ...{ attn_layer_period: 2, attn_layer_offset: 1, num_experts: 4, num_experts_per_tok: 2 },
    ...{ expert_layer_period: 2, expert_layer_offset: 1, mamba_d_state: 16, mamba_dt_rank: 32 },
    ...{ mamba_d_conv: 4, mamba_expand: 2, mamba_conv_bias: true, mamba_proj_bias: false },
  },
  lfm2: {
    ...{ layer_types: ["conv", FULL], norm_eps: 1e-5, conv_bias: false, conv_L_cache: 3 },
    ...{ block_dim: 64, block_ff_dim: 96, block_multiple_of: 8, block_ffn_dim_multiplier: 1 },
    ...{ block_auto_adjust_ff_dim: false, tie_word_embeddings: true },
  },
  lfm2_moe: {
    ...{ layer_types: ["conv", FULL], norm_eps: 1e-5, conv_bias: false, conv_L_cache: 3 },
    ...{ num_dense_layers: 1, num_experts: 4, num_experts_per_tok: 2, moe_intermediate_size: 32 },
    ...{ norm_topk_prob: true, use_expert_bias: true, tie_word_embeddings: true },
  },
  llama: {},
  llama4: { text_config: { model_type: "llama4_text", ...usual, ...llama4 } },
  mamba,
  mamba2: {
    ...{ ...mamba, num_heads: 4, head_dim: 32, n_groups: 1, chunk_size: 8 },
    time_step_limit: [0.001, 100],
  },
  minimax_m2: {
    ...{ head_dim: 32, num_local_experts: 4, num_experts_per_tok: 2, rotary_dim: 16 },
    ...{ shared_intermediate_size: 0, use_qk_norm: true, scoring_func: "sigmoid" },
  },
  minicpm3: {
    ...latent,
    v_head_dim: 16,
    rope_scaling: {
      ...{ type: "longrope", original_max_position_embeddings: 128 },
      ...{ short_factor: Array(8).fill(1.5), long_factor: Array(8).fill(1.5) },
    },
    scale_emb: 3,
    dim_model_base: 8,
    scale_depth: 1.4,
  },
  ministral3: {
    head_dim: 32,
    rope_parameters: {
      ...{ rope_type: "yarn", factor: 4, original_max_position_embeddings: 32 },
      ...{ beta_fast: 32, beta_slow: 1, rope_theta: 10_000, llama_4_scaling_beta: 0.1 },
      ...{ mscale: 1, mscale_all_dim: 1 },
    },
  },
  mistral: { head_dim: 32 },
  mistral3: { text_config: { model_type: "mistral", ...usual, head_dim: 32 } },
  mixtral: { num_local_experts: 4, num_experts_per_tok: 2 },
  nemotron: { hidden_act: "relu2", norm_eps: 1e-5, partial_rotary_factor: 0.5 },
  nemotron_h: nemotronH,
  olmo2: {},
  olmo3: { num_hidden_layers: 4, sliding_window: 64 },
  olmo_hybrid: {
    ...delta,
    rope_parameters: null,
    partial_rotary_factor: 1,
    linear_allow_neg_eigval: true,
  },
  olmoe: { num_experts: 4, num_experts_per_tok: 2, norm_topk_prob: false },
  phi: { partial_rotary_factor: 0.5, layer_norm_eps: 1e-5, hidden_act: "gelu_new" },
  phi3: { original_max_position_embeddings: 128 },
  phimoe: {
    ...{ num_local_experts: 4, num_experts_per_tok: 2, lm_head_bias: true, attention_bias: true },
    rope_scaling: {
      ...{ type: "longrope", short_factor: Array(8).fill(1.5), long_factor: Array(8).fill(1.5) },
      ...{ short_mscale: 1, long_mscale: 1, original_max_position_embeddings: 64 },
    },
  },
  qwen2: {},
  qwen2_moe: shared,
  qwen3: { head_dim: 32 },
  qwen3_5: { text_config: { model_type: "qwen3_5_text", ...usual, ...delta } },
  qwen3_5_moe: {
    ...isDrawn,
    text_config: { model_type: "qwen3_5_moe_text", ...usual, ...delta, ...shared },
  },
  qwen3_moe: { head_dim: 32, ...experts },
  qwen3_next: { ...delta, ...shared },
  seed_oss: { head_dim: 32, attention_bias: true, attention_out_bias: false },
  smollm3: { no_rope_layer_interval: 2 },
  stablelm: {
    ...{ qk_layernorm: true, partial_rotary_factor: 0.5, use_qkv_bias: true, layer_norm_eps: 1e-5 },
    use_parallel_residual: false,
  },
  starcoder2: { use_bias: true, norm_epsilon: 1e-5, hidden_act: "gelu_pytorch_tanh" },
});

/** Where mlx-lm computes something else than transformers, and so than ft. */
export const departing: ReadonlySet<string> = new Set([
  // approximations of GELU are taken for it, or it for them
  ...["gemma", "gpt_bigcode", "gpt_neox", "starcoder2"],
  // positions turn another part of heads, or by other angles
  ...["glm", "olmo3"],
  // experts' shares are made to add up to one
  ...["jamba", "qwen2_moe"],
  // a factor of what attention reads is not on the values
  "falcon_h1",
  // without a cache its layers with shared keys compute keys of their own
  "gemma3n",
]);

/** Under this name mlx-lm has another architecture. */
export const otherModels = ["llama4_text"];
