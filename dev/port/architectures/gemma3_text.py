"""Gemma 3: windows and another rotary base in two layers of three, full ones stretched; both styles of settings."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

FULL = {"rope_type": "linear", "factor": 8.0, "rope_theta": 1000.0}
SLIDING = {"rope_type": "default", "rope_theta": 100.0}

specimen = Specimen(
    tiny={
        **DENSE,
        "num_hidden_layers": 3,
        "head_dim": 12,
        "tie_word_embeddings": True,
        "sliding_window": 6,
        "sliding_window_pattern": 3,
        "query_pre_attn_scalar": 9,
        "final_logit_softcapping": 2.0,
        "rope_parameters": {"full_attention": FULL, "sliding_attention": SLIDING},
    },
    variants={
        "gemma3_text": Variant(
            gradients=["model.embed_tokens.weight", "model.layers.2.*", "model.norm.weight"],
            switches={
                "rms_norm_eps": 0.1,
                "sliding_window": 4,
                "layer_types": ["sliding_attention", "full_attention", "full_attention"],
                "rope_parameters": {"full_attention": SLIDING, "sliding_attention": SLIDING},
                "query_pre_attn_scalar": 12,
                "final_logit_softcapping": None,
                "hidden_activation": "silu",
            },
        ),
        "gemma3_text-old-style": Variant(
            weights_of="gemma3_text",
            written={
                "layer_types": None,
                "rope_parameters": None,
                "sliding_window_pattern": 3,
                "rope_theta": 1000.0,
                "rope_local_base_freq": 100.0,
                "rope_scaling": {"rope_type": "linear", "factor": 8.0},
            },
        ),
    },
)
