"""LFM3: convolutions of seven tokens, windows, layers that see all with half of each head turned, gates, sandwich norms."""

from reference.sizes import DENSE
from reference.specimen import Specimen, Variant

SLIDING = {"rope_type": "default", "rope_theta": 100.0}
FULL = {"rope_type": "proportional", "rope_theta": 1000.0, "partial_rotary_factor": 0.5}

specimen = Specimen(
    tiny={
        **DENSE,
        "num_hidden_layers": 4,
        "head_dim": 12,
        "attention_bias": True,
        "conv_bias": True,
        "conv_L_cache": 7,
        "sliding_window": 6,
        "layer_types": ["conv", "full_attention", "sliding_attention", "conv"],
        "rope_parameters": {"full_attention": FULL, "sliding_attention": SLIDING},
        "tie_word_embeddings": True,
    },
    variants={
        "lfm3": Variant(
            gradients=["model.embed_tokens.weight", "model.layers.2.*", "model.layers.3.*", "model.embedding_norm.weight"],
            switches={
                "norm_eps": 0.1,
                "sliding_window": 4,
                "layer_types": ["conv", "full_attention", "full_attention", "conv"],
                "rope_parameters": {"full_attention": SLIDING, "sliding_attention": SLIDING},
                "use_sandwich_norm": False,
                "use_attention_gate": False,
                "attention_bias": False,
                "conv_bias": False,
            },
        ),
        "lfm3-plain": Variant(
            config={
                "use_sandwich_norm": False,
                "use_attention_gate": False,
                "attention_bias": False,
                "conv_bias": False,
                "conv_L_cache": 3,
                "tie_word_embeddings": False,
                "num_hidden_layers": 5,
                "layer_types": None,
                "rope_parameters": None,
            },
        ),
    },
)
