"""Mixtral: a window, two of five experts for each token."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={
        **DENSE,
        "head_dim": 12,
        "intermediate_size": 20,
        "sliding_window": 6,
        "num_local_experts": 5,
        "num_experts_per_tok": 2,
    },
    variants={
        "mixtral": Variant(
            gradients=GRADIENTS,
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "sliding_window": None,
                "num_experts_per_tok": 3,
                "hidden_act": "gelu",
            },
        ),
        "mixtral-stacked": Variant(save={"save_original_format": False}),
    },
)
