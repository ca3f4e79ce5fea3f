"""LFM2: short convolutions with gates between layers of attention; the inner size worked out, and told under its old name."""

from reference.sizes import DENSE, OTHER_ROPE
from reference.specimen import Specimen, Variant

TINY = {
    **DENSE,
    "num_hidden_layers": 3,
    "intermediate_size": 60,
    "block_multiple_of": 8,
    "block_ffn_dim_multiplier": 1.3,
    "conv_bias": True,
    "conv_L_cache": 3,
    "layer_types": ["conv", "full_attention", "conv"],
    "tie_word_embeddings": True,
}

specimen = Specimen(
    tiny=TINY,
    variants={
        "lfm2": Variant(
            gradients=["model.embed_tokens.weight", "model.layers.1.*", "model.layers.2.*", "model.embedding_norm.weight"],
            switches={
                "norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "layer_types": ["conv", "conv", "conv"],
                "conv_bias": False,
            },
        ),
        "lfm2-old-style": Variant(
            weights_of="lfm2",
            written={
                "layer_types": None,
                "full_attn_idxs": [1],
                "intermediate_size": None,
                "block_ff_dim": 60,
                "tie_word_embeddings": None,
                "tie_embedding": True,
                "rope_parameters": None,
                "rope_theta": 1000000.0,
            },
        ),
        "lfm2-untied": Variant(
            config={"block_auto_adjust_ff_dim": False, "conv_bias": False, "tie_word_embeddings": False},
        ),
    },
)
