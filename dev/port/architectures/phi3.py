"""Phi-3: a window; and LongRoPE over a part of each head, short and beyond the original length, tied.

The one original token makes token by token the same as one pass in transformers, which keeps short factors for the
keys that it read before the text grew long.
"""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

SHORT = [1.0, 1.25, 1.5]
LONG = [1.5, 4.0, 12.0]
LONGROPE = {
    "rope_type": "longrope",
    "rope_theta": 1000.0,
    "partial_rotary_factor": 0.75,
    "short_factor": SHORT,
    "long_factor": LONG,
    "original_max_position_embeddings": 32,
}
LONG_ROPE = {**LONGROPE, "original_max_position_embeddings": 1, "attention_factor": 1.25}

specimen = Specimen(
    tiny={**DENSE, "original_max_position_embeddings": 64},
    variants={
        "phi3": Variant(
            config={"sliding_window": 6},
            gradients=GRADIENTS,
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": {**OTHER_ROPE, "partial_rotary_factor": 1.0},
                "sliding_window": None,
                "hidden_act": "gelu",
            },
        ),
        "phi3-longrope": Variant(
            config={
                "tie_word_embeddings": True,
                "original_max_position_embeddings": 32,
                "rope_parameters": LONGROPE,
            },
            switches={
                "rope_parameters": {**LONGROPE, "short_factor": [1.0, 1.0, 1.0]},
                "max_position_embeddings": 4096,
            },
        ),
        "phi3-longrope-long": Variant(
            config={
                "tie_word_embeddings": True,
                "original_max_position_embeddings": 1,
                "rope_parameters": LONG_ROPE,
            },
            weights_of="phi3-longrope",
            switches={"rope_parameters": {**LONG_ROPE, "long_factor": SHORT}},
        ),
        "phi3-longrope-old-style": Variant(
            config={
                "tie_word_embeddings": True,
                "original_max_position_embeddings": 32,
                "rope_parameters": LONGROPE,
            },
            weights_of="phi3-longrope",
            written={
                "rope_parameters": None,
                "rope_theta": 1000.0,
                "partial_rotary_factor": 0.75,
                "rope_scaling": {"type": "su", "short_factor": SHORT, "long_factor": LONG},
            },
        ),
    },
)
