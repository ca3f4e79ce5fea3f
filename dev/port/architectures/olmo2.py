"""OLMo 2: norms over all heads, biases."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={**DENSE, "attention_bias": True},
    variants={
        "olmo2": Variant(
            gradients=GRADIENTS,
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "attention_bias": False,
                "hidden_act": "gelu",
            },
        ),
    },
)
