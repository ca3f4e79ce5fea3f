"""Granite 4: Mamba-2 layers between layers of attention, multipliers, a feed-forward part without experts or beside them."""

from reference.sizes import DENSE, OTHER_ROPE
from reference.specimen import Specimen, Variant

INFINITY = float("inf")

specimen = Specimen(
    tiny={
        **DENSE,
        "num_hidden_layers": 3,
        "layer_types": ["linear_attention", "full_attention", "linear_attention"],
        "attention_bias": True,
        "embedding_multiplier": 3.0,
        "attention_multiplier": 0.2,
        "residual_multiplier": 0.4,
        "logits_scaling": 2.0,
        "num_local_experts": 0,
        "shared_intermediate_size": 44,
        "position_embedding_type": "rope",
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
        "mamba_n_heads": 8,
        "mamba_d_head": 8,
        "mamba_n_groups": 2,
        "mamba_d_state": 10,
        "mamba_chunk_size": 5,
        "mamba_proj_bias": True,
        "time_step_limit": (0.4, 1.0),
    },
    variants={
        "granitemoehybrid": Variant(
            gradients=["model.embed_tokens.weight", "model.layers.1.*", "model.layers.2.*", "model.norm.weight", "lm_head.weight"],
            switches={
                "rms_norm_eps": 0.1,
                "embedding_multiplier": 1.0,
                "attention_multiplier": 0.4,
                "residual_multiplier": 1.0,
                "logits_scaling": 1.0,
                "position_embedding_type": None,
                "rope_parameters": OTHER_ROPE,
                "attention_bias": False,
                "mamba_proj_bias": False,
                "mamba_conv_bias": False,
                "time_step_limit": (0.0, INFINITY),
                "hidden_act": "gelu",
            },
            cached_differs="it limits steps where it reads several tokens, and not where it reads one",
        ),
        "granitemoehybrid-experts": Variant(
            config={
                "num_local_experts": 5,
                "num_experts_per_tok": 2,
                "intermediate_size": 20,
                "attention_bias": False,
                "mamba_proj_bias": False,
                "time_step_limit": (0.0, INFINITY),
            },
            gradients=["model.layers.2.*"],
            switches={"num_experts_per_tok": 3},
        ),
        "granitemoehybrid-nope": Variant(
            config={
                "position_embedding_type": None,
                "attention_bias": False,
                "mamba_proj_bias": False,
                "time_step_limit": (0.0, INFINITY),
                "tie_word_embeddings": True,
            },
        ),
    },
)
