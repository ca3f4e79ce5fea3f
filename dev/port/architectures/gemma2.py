"""Gemma 2: a window, caps low enough to bend, a scale of its own."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={
        **DENSE,
        "head_dim": 12,
        "tie_word_embeddings": True,
        "sliding_window": 6,
        "attn_logit_softcapping": 0.5,
        "final_logit_softcapping": 2.0,
        "query_pre_attn_scalar": 9,
    },
    variants={
        "gemma2": Variant(
            gradients=["model.embed_tokens.weight", "model.layers.1.*", "model.norm.weight"],
            written={"layer_types": None},
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "sliding_window": 4,
                "layer_types": ["full_attention", "full_attention"],
                "attn_logit_softcapping": None,
                "final_logit_softcapping": None,
                "query_pre_attn_scalar": 12,
                "hidden_activation": "silu",
            },
        ),
    },
)
