"""MiniMax-M2: norms over all heads, part of each head turned, a bias that moves the choice of experts."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

ROPE = {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5}

specimen = Specimen(
    tiny={
        **DENSE,
        "head_dim": 12,
        "intermediate_size": 20,
        "rope_parameters": ROPE,
        "num_local_experts": 5,
        "num_experts_per_tok": 2,
    },
    variants={
        "minimax_m2": Variant(
            gradients=GRADIENTS,
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": {**OTHER_ROPE, "partial_rotary_factor": 0.5},
                "num_experts_per_tok": 3,
                "hidden_act": "gelu",
            },
        ),
        "minimax_m2-published": Variant(
            weights_of="minimax_m2",
            written={"rope_parameters": None, "rope_theta": 10000.0, "rotary_dim": 6},
            switches={"rope_parameters": {**ROPE, "partial_rotary_factor": 1.0}},
        ),
    },
)
