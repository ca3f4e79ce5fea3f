"""Jamba: Mamba layers around one of attention, every other layer with experts."""

from reference.sizes import DENSE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={
        **DENSE,
        "num_hidden_layers": 4,
        "attn_layer_period": 4,
        "attn_layer_offset": 1,
        "expert_layer_period": 2,
        "expert_layer_offset": 1,
        "num_experts": 5,
        "num_experts_per_tok": 2,
        "mamba_d_state": 10,
        "mamba_dt_rank": 5,
        "mamba_proj_bias": True,
    },
    variants={
        "jamba": Variant(
            gradients=["model.embed_tokens.weight", "model.layers.2.*", "model.layers.3.*", "model.final_layernorm.weight", "lm_head.weight"],
            switches={
                "rms_norm_eps": 0.1,
                "num_experts_per_tok": 3,
                "attn_layer_offset": 0,
                "expert_layer_offset": 0,
                "mamba_proj_bias": False,
                "mamba_conv_bias": False,
                "hidden_act": "gelu",
            },
        ),
    },
)
