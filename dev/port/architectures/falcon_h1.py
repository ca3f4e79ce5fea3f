"""Falcon-H1: Mamba-2 and attention side by side in every layer, factors on nearly everything."""

from reference.sizes import DENSE, OTHER_ROPE
from reference.specimen import Specimen, Variant

INFINITY = float("inf")

specimen = Specimen(
    seed=21,
    tiny={
        **DENSE,
        "head_dim": 12,
        "attention_bias": True,
        "mlp_bias": True,
        "projectors_bias": True,
        "mamba_proj_bias": True,
        "mamba_d_ssm": 48,
        "mamba_n_heads": 6,
        "mamba_d_head": 8,
        "mamba_n_groups": 2,
        "mamba_d_state": 10,
        "mamba_chunk_size": 5,
        "mamba_rms_norm": True,
        "mamba_norm_before_gate": True,
        "time_step_limit": (0.4, 1.0),
        "embedding_multiplier": 3.0,
        "lm_head_multiplier": 0.5,
        "mlp_multipliers": [0.7, 1.4],
        "key_multiplier": 0.6,
        "attention_in_multiplier": 1.3,
        "attention_out_multiplier": 0.8,
        "ssm_multipliers": [0.9, 1.2, 0.8, 1.1, 0.7],
        "ssm_in_multiplier": 1.25,
        "ssm_out_multiplier": 0.75,
    },
    variants={
        "falcon_h1": Variant(
            gradients=["model.embed_tokens.weight", "model.layers.1.*", "model.final_layernorm.weight", "lm_head.weight"],
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "attention_bias": False,
                "mlp_bias": False,
                "projectors_bias": False,
                "mamba_proj_bias": False,
                "mamba_conv_bias": False,
                "mamba_norm_before_gate": False,
                "time_step_limit": (0.0, INFINITY),
                "embedding_multiplier": 1.0,
                "lm_head_multiplier": 1.0,
                "mlp_multipliers": [1.0, 1.4],
                "key_multiplier": 1.0,
                "attention_in_multiplier": 1.0,
                "attention_out_multiplier": 1.0,
                "ssm_multipliers": [0.9, 1.2, 1.0, 1.1, 0.7],
                "ssm_in_multiplier": 1.0,
                "ssm_out_multiplier": 1.0,
                "hidden_act": "gelu",
            },
            cached_differs="it limits steps where it reads several tokens, and not where it reads one",
        ),
        "falcon_h1-plain": Variant(
            config={
                "mamba_rms_norm": False,
                "mamba_d_ssm": None,
                "mamba_n_heads": 8,
                "mamba_n_groups": 1,
                "time_step_limit": (0.0, INFINITY),
                "attention_bias": False,
                "mlp_bias": False,
                "projectors_bias": False,
                "mamba_proj_bias": False,
                "tie_word_embeddings": True,
            },
        ),
    },
)
