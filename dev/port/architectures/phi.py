"""Phi: half of each head turned, norms over heads, grouped keys; and one without norms over heads."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

GRADIENTS = [
    "model.embed_tokens.weight",
    "model.layers.1.*",
    "model.final_layernorm.*",
    "lm_head.*",
]

specimen = Specimen(
    tiny=DENSE,
    variants={
        "phi": Variant(
            config={"qk_layernorm": True},
            gradients=GRADIENTS,
            switches={
                "layer_norm_eps": 0.1,
                "rope_parameters": {**OTHER_ROPE, "partial_rotary_factor": 0.5},
                "qk_layernorm": False,
                "hidden_act": "silu",
            },
        ),
        "phi-old-style": Variant(
            config={"num_hidden_layers": 1, "num_key_value_heads": None},
            written={"rope_parameters": None, "rope_theta": 10000.0, "partial_rotary_factor": 0.5},
            switches={"partial_rotary_factor": 1.0},
        ),
    },
)
