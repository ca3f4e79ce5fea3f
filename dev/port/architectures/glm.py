"""GLM: half of each head turned in neighbouring pairs; and without biases, tied."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

ROPE = {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5}

specimen = Specimen(
    tiny={**DENSE, "head_dim": 12, "attention_bias": True, "rope_parameters": ROPE},
    variants={
        "glm": Variant(
            gradients=GRADIENTS,
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": {**OTHER_ROPE, "partial_rotary_factor": 0.5},
                "attention_bias": False,
                "hidden_act": "gelu",
            },
        ),
        "glm-old-style": Variant(
            config={"attention_bias": False, "tie_word_embeddings": True, "num_hidden_layers": 1},
            written={"rope_parameters": None, "rope_theta": 10000.0},
            switches={"rope_parameters": {**ROPE, "partial_rotary_factor": 1.0}},
        ),
    },
)
