"""EXAONE 4: a layer with a window and one that sees all and does not tell positions; and one without windows."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={**DENSE, "sliding_window": 6, "sliding_window_pattern": 2},
    variants={
        "exaone4": Variant(
            gradients=[*GRADIENTS, "model.layers.0.self_attn.q_norm.weight"],
            written={"layer_types": None},
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "sliding_window": 4,
                "layer_types": ["sliding_attention", "sliding_attention"],
                "sliding_window_pattern": 1,
                "hidden_act": "gelu",
            },
        ),
        "exaone4-full": Variant(
            config={
                "sliding_window": None,
                "sliding_window_pattern": None,
                "layer_types": ["full_attention"],
                "num_hidden_layers": 1,
                "tie_word_embeddings": True,
            },
            switches={"rope_parameters": OTHER_ROPE},
        ),
    },
)
