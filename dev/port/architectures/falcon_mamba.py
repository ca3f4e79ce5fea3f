"""Falcon Mamba: Mamba with norms, without weights, on what is written and read and on the steps."""

from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={
        "vocab_size": 48,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "expand": 2,
        "state_size": 10,
        "conv_kernel": 4,
        "time_step_rank": 5,
        "use_bias": True,
        "tie_word_embeddings": True,
    },
    variants={
        "falcon_mamba": Variant(
            gradients=["backbone.embeddings.weight", "backbone.layers.1.*", "backbone.norm_f.weight"],
            switches={
                "layer_norm_epsilon": 0.1,
                "mixer_rms_eps": 0.1,
                "use_bias": False,
                "use_conv_bias": False,
                "hidden_act": "gelu",
            },
        ),
        "falcon_mamba-untied": Variant(
            config={"use_bias": False, "use_conv_bias": False, "tie_word_embeddings": False, "time_step_rank": "auto"},
        ),
    },
)
