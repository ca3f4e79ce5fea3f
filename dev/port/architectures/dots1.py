"""dots.llm1: norms of heads, biases, a window in the upper layer, two of three groups of experts, a scale."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={
        **DENSE,
        "attention_bias": True,
        "sliding_window": 6,
        "max_window_layers": 1,
        "moe_intermediate_size": 20,
        "n_routed_experts": 9,
        "n_shared_experts": 2,
        "num_experts_per_tok": 3,
        "n_group": 3,
        "topk_group": 2,
        "routed_scaling_factor": 2.5,
        "norm_topk_prob": True,
        "first_k_dense_replace": 1,
    },
    variants={
        "dots1": Variant(
            gradients=GRADIENTS,
            written={"layer_types": None},
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "sliding_window": 4,
                "max_window_layers": 2,
                "attention_bias": False,
                "topk_group": 3,
                "num_experts_per_tok": 2,
                "routed_scaling_factor": 1.0,
                "norm_topk_prob": False,
                "hidden_act": "gelu",
            },
        ),
    },
)
