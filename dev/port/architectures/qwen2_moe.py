"""Qwen2 with experts: windows in lower layers, a shared expert with a gate, layers without experts."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={
        **DENSE,
        "num_hidden_layers": 3,
        "use_sliding_window": True,
        "sliding_window": 6,
        "max_window_layers": 2,
        "num_experts": 5,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 20,
        "shared_expert_intermediate_size": 28,
        "norm_topk_prob": True,
        "mlp_only_layers": [2],
    },
    variants={
        "qwen2_moe": Variant(
            gradients=GRADIENTS,
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "sliding_window": 4,
                "layer_types": ["full_attention", "full_attention", "full_attention"],
                "qkv_bias": False,
                "num_experts_per_tok": 3,
                "norm_topk_prob": False,
                "hidden_act": "gelu",
            },
        ),
        "qwen2_moe-published": Variant(
            config={"norm_topk_prob": False, "use_sliding_window": False, "mlp_only_layers": None,
                    "decoder_sparse_step": 2},
            written={"layer_types": None, "qkv_bias": None, "mlp_only_layers": None},
        ),
    },
)
