"""GLM-4.5: half of each head turned, norms of heads, biases, two of three groups of experts, a scale."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

ROPE = {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5}

specimen = Specimen(
    tiny={
        **DENSE,
        "head_dim": 12,
        "attention_bias": True,
        "use_qk_norm": True,
        "rope_parameters": ROPE,
        "moe_intermediate_size": 20,
        "n_routed_experts": 9,
        "n_shared_experts": 2,
        "num_experts_per_tok": 3,
        "n_group": 3,
        "topk_group": 2,
        "routed_scaling_factor": 2.5,
        "first_k_dense_replace": 1,
    },
    variants={
        "glm4_moe": Variant(
            gradients=GRADIENTS,
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": {**OTHER_ROPE, "partial_rotary_factor": 0.5},
                "attention_bias": False,
                "use_qk_norm": False,
                "topk_group": 3,
                "num_experts_per_tok": 2,
                "routed_scaling_factor": 1.0,
                "norm_topk_prob": False,
                "hidden_act": "gelu",
            },
        ),
        "glm4_moe-old-style": Variant(
            config={"attention_bias": False, "use_qk_norm": False, "n_group": 1, "topk_group": 1},
            written={"rope_parameters": None, "rope_theta": 10000.0, "partial_rotary_factor": None},
            switches={"rope_parameters": {**ROPE, "partial_rotary_factor": 1.0}},
        ),
    },
)
