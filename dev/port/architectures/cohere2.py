"""Command R7B: a layer with a window and one that sees all and does not tell positions."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={**DENSE, "tie_word_embeddings": True, "sliding_window": 6, "sliding_window_pattern": 2},
    variants={
        "cohere2": Variant(
            gradients=[
                "model.embed_tokens.weight",
                "model.layers.0.self_attn.*",
                "model.layers.1.*",
                "model.norm.weight",
            ],
            written={"layer_types": None, "sliding_window_pattern": 2},
            switches={
                "layer_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "logit_scale": 1.0,
                "sliding_window": 4,
                "layer_types": ["sliding_attention", "sliding_attention"],
                "hidden_act": "gelu",
            },
        ),
    },
)
