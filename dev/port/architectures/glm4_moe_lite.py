"""GLM-4.7-Flash: a layer without experts, groups, a bias on who is chosen, stretched texts."""

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
        "mlp_layer_types": ["dense", "sparse"],
        "n_routed_experts": 6,
        "n_shared_experts": 2,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 12,
        "n_group": 3,
        "topk_group": 2,
        "norm_topk_prob": True,
        "routed_scaling_factor": 1.5,
        "rope_parameters": YARN,
    },
    variants={
        "glm4_moe_lite": Variant(
            gradients=GRADIENTS,
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "rope_interleave": False,
                "attention_bias": False,
                "num_experts_per_tok": 3,
                "topk_group": 1,
                "norm_topk_prob": False,
                "routed_scaling_factor": 1.0,
                "hidden_act": "gelu",
            },
        ),
        "glm4_moe_lite-direct": Variant(
            config={
                "q_lora_rank": None,
                "attention_bias": False,
                "n_group": 1,
                "topk_group": 1,
                "rope_interleave": False,
                "rope_parameters": OTHER_ROPE,
            },
            save={"save_original_format": False},
        ),
    },
)
