"""Helium: neighbouring pairs turned; biases of queries, keys and values."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={**DENSE, "head_dim": 8, "attention_bias": True, "mlp_bias": True},
    variants={
        "helium": Variant(
            gradients=GRADIENTS,
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "attention_bias": False,
                "mlp_bias": False,
                "hidden_act": "gelu",
            },
        ),
    },
)
