"""GLM-4: norms before and behind each half, half of each head turned in neighbouring pairs."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={**DENSE, "head_dim": 12, "attention_bias": True},
    variants={
        "glm4": Variant(
            gradients=GRADIENTS,
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": {**OTHER_ROPE, "partial_rotary_factor": 0.5},
                "attention_bias": False,
                "hidden_act": "gelu",
            },
        ),
    },
)
