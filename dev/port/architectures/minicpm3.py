"""MiniCPM3: latent attention with every size another, and every factor another than one; queries without a vector."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={
        **DENSE,
        "num_key_value_heads": 4,
        "attention_bias": True,
        "q_lora_rank": 18,
        "kv_lora_rank": 14,
        "qk_nope_head_dim": 8,
        "qk_rope_head_dim": 4,
        "v_head_dim": 10,
        "scale_emb": 3,
        "scale_depth": 1.4,
        "dim_model_base": 16,
    },
    variants={
        "minicpm3": Variant(
            gradients=GRADIENTS,
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "attention_bias": False,
                "scale_emb": 1,
                "scale_depth": 1.0,
                "dim_model_base": 32,
                "hidden_act": "gelu",
            },
        ),
        "minicpm3-direct": Variant(
            config={
                "q_lora_rank": None,
                "attention_bias": False,
                "tie_word_embeddings": True,
                "num_hidden_layers": 1,
            },
        ),
    },
)
