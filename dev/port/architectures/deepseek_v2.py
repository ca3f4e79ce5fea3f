"""DeepSeek V2: three sizes of vectors, a layer without experts, groups of which some are left, queries without a vector."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

YARN = {
    "rope_type": "yarn",
    "rope_theta": 1000.0,
    "factor": 4.0,
    "beta_fast": 32.0,
    "beta_slow": 1.0,
    "mscale": 0.7,
    "mscale_all_dim": 1.3,
    "original_max_position_embeddings": 16,
}

specimen = Specimen(
    tiny={
        **DENSE,
        "num_key_value_heads": 4,
        "attention_bias": True,
        "q_lora_rank": 18,
        "kv_lora_rank": 14,
        "qk_nope_head_dim": 8,
        "qk_rope_head_dim": 4,
        "v_head_dim": 10,
        "first_k_dense_replace": 1,
        "n_routed_experts": 8,
        "n_shared_experts": 2,
        "num_experts_per_tok": 3,
        "moe_intermediate_size": 12,
        "topk_method": "group_limited_greedy",
        "n_group": 4,
        "topk_group": 2,
        "routed_scaling_factor": 1.5,
        "rope_parameters": YARN,
    },
    variants={
        "deepseek_v2": Variant(
            gradients=GRADIENTS,
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "attention_bias": False,
                "num_experts_per_tok": 2,
                "topk_method": "greedy",
                "topk_group": 3,
                "routed_scaling_factor": 1.0,
                "hidden_act": "gelu",
            },
        ),
        "deepseek_v2-direct": Variant(
            config={
                "q_lora_rank": None,
                # looked at by nobody
                "norm_topk_prob": True,
                "attention_bias": False,
                "topk_method": "greedy",
                "n_group": None,
                "topk_group": None,
                "rope_parameters": OTHER_ROPE,
            },
            save={"save_original_format": False},
        ),
    },
)
