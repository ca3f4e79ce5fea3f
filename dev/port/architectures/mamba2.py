"""Mamba-2: groups of heads, norms by group, steps within limits, biases, other chunks than ours."""

from reference.specimen import Specimen, Variant

INFINITY = float("inf")

specimen = Specimen(
    tiny={
        "vocab_size": 48,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "expand": 2,
        "num_heads": 8,
        "head_dim": 8,
        "n_groups": 2,
        "state_size": 10,
        "conv_kernel": 4,
        "chunk_size": 5,
        "use_bias": True,
        "tie_word_embeddings": False,
        "time_step_limit": (0.4, 1.0),
    },
    variants={
        "mamba2": Variant(
            gradients=["backbone.embeddings.weight", "backbone.layers.1.*", "backbone.norm_f.weight", "lm_head.weight"],
            switches={
                "layer_norm_epsilon": 0.1,
                "time_step_limit": (0.0, INFINITY),
                "use_bias": False,
                "use_conv_bias": False,
                "hidden_act": "gelu",
            },
            cached_differs="it limits steps where it reads several tokens, and not where it reads one",
        ),
        "mamba2-tied": Variant(
            config={
                "tie_word_embeddings": True,
                "use_bias": False,
                "use_conv_bias": False,
                "n_groups": 1,
                "time_step_limit": (0.0, INFINITY),
            },
        ),
    },
)
