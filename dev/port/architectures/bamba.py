"""Bamba: Mamba-2 layers around one of attention, half of each head turned."""

from reference.sizes import DENSE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={
        **DENSE,
        "num_hidden_layers": 3,
        "attn_layer_indices": [1],
        "attention_bias": True,
        "mlp_bias": True,
        "mamba_n_heads": 8,
        "mamba_d_head": 8,
        "mamba_n_groups": 2,
        "mamba_d_state": 10,
        "mamba_chunk_size": 5,
        "mamba_proj_bias": True,
        "time_step_limit": (0.4, 1.0),
    },
    variants={
        "bamba": Variant(
            gradients=["model.embed_tokens.weight", "model.layers.1.*", "model.layers.2.*", "model.final_layernorm.weight", "lm_head.weight"],
            switches={
                "rms_norm_eps": 0.1,
                "attn_layer_indices": [],
                "rope_parameters": {"rope_type": "default", "rope_theta": 100.0, "partial_rotary_factor": 0.5},
                "attention_bias": False,
                "mlp_bias": False,
                "mamba_proj_bias": False,
                "mamba_conv_bias": False,
                "time_step_limit": (0.0, float("inf")),
                "hidden_act": "gelu",
            },
            cached_differs="it limits steps where it reads several tokens, and not where it reads one",
        ),
    },
)
