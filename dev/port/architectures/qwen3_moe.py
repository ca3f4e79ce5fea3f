"""Qwen3 with experts: a window, biases, layers without experts among those that have some, shares that add up to one."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={
        **DENSE,
        "num_hidden_layers": 4,
        "head_dim": 12,
        "attention_bias": True,
        "use_sliding_window": True,
        "sliding_window": 6,
        "num_experts": 5,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 20,
        "norm_topk_prob": True,
        "decoder_sparse_step": 2,
        "mlp_only_layers": [3],
    },
    variants={
        "qwen3_moe": Variant(
            gradients=GRADIENTS,
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "sliding_window": 4,
                "attention_bias": False,
                "num_experts_per_tok": 3,
                "norm_topk_prob": False,
                "hidden_act": "gelu",
            },
        ),
        "qwen3_moe-stacked": Variant(
            config={"decoder_sparse_step": 1, "mlp_only_layers": None, "use_sliding_window": False},
            save={"save_original_format": False},
        ),
        "qwen3_moe-published": Variant(
            weights_of="qwen3_moe", written={"num_local_experts": None, "num_experts": 5}
        ),
    },
)
