"""Granite with windows: a layer that sees all and two that do not, one without positions, every factor another than one."""

from reference.sizes import DENSE, GRADIENTS
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={
        **DENSE,
        "num_hidden_layers": 3,
        "attention_bias": True,
        "mlp_bias": True,
        "embedding_multiplier": 3.0,
        "attention_multiplier": 0.25,
        "residual_multiplier": 0.4,
        "logits_scaling": 2.0,
        "sliding_window": 6,
        "layer_rope_theta": [10000.0, 500.0, 0],
    },
    variants={
        "granite_swa": Variant(
            gradients=[*GRADIENTS, "model.layers.?.self_attn.sinks"],
            written={"layer_types": None},
            switches={
                "rms_norm_eps": 0.1,
                "layer_rope_theta": [10000.0, 10000.0, 10000.0],
                "layer_types": ["full_attention", "full_attention", "full_attention"],
                "sliding_window": 4,
                "attention_bias": False,
                "mlp_bias": False,
                "embedding_multiplier": 1.0,
                "attention_multiplier": 1.0,
                "residual_multiplier": 1.0,
                "logits_scaling": 1.0,
                "hidden_act": "gelu",
            },
        ),
        "granite_swa-tied": Variant(
            config={"tie_word_embeddings": True, "num_hidden_layers": 2, "layer_rope_theta": None},
        ),
    },
)
