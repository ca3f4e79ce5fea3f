"""Qwen3: norms over heads of a size of their own, biases, a window in the upper layer."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={
        **DENSE,
        "head_dim": 12,
        "attention_bias": True,
        "use_sliding_window": True,
        "sliding_window": 6,
        "max_window_layers": 1,
    },
    variants={
        "qwen3": Variant(
            gradients=GRADIENTS,
            written={"layer_types": None},
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "sliding_window": 4,
                "max_window_layers": 2,
                "attention_bias": False,
                "hidden_act": "gelu",
            },
        ),
    },
)
