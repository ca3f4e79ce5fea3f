"""Youtu-LLM: stretched texts, a tied head."""

from reference.sizes import DENSE, OTHER_ROPE
from reference.specimen import Specimen, Variant

YARN = {
    "rope_type": "yarn",
    "rope_theta": 1000.0,
    "factor": 4.0,
    "mscale": 0.7,
    "mscale_all_dim": 1.3,
    "original_max_position_embeddings": 16,
}

specimen = Specimen(
    tiny={
        **DENSE,
        "num_key_value_heads": 4,
        "attention_bias": True,
        "tie_word_embeddings": True,
        "q_lora_rank": 18,
        "kv_lora_rank": 14,
        "qk_nope_head_dim": 8,
        "qk_rope_head_dim": 4,
        "v_head_dim": 10,
        "rope_parameters": YARN,
    },
    variants={
        "youtu": Variant(
            gradients=["model.embed_tokens.weight", "model.layers.1.*", "model.norm.weight"],
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "rope_interleave": False,
                "attention_bias": False,
                "hidden_act": "gelu",
            },
        ),
    },
)
