"""Gemma 4: two kinds of layers with heads of their own, the last two read keys of those below; both styles of sizes."""

from reference.sizes import DENSE
from reference.specimen import Specimen, Variant

FULL = {"rope_type": "proportional", "partial_rotary_factor": 0.5, "rope_theta": 1000.0}
SLIDING = {"rope_type": "default", "rope_theta": 100.0}
OTHER = {"rope_type": "proportional", "partial_rotary_factor": 1.0, "rope_theta": 1000.0}
TYPES = ["sliding_attention", "sliding_attention", "full_attention", "sliding_attention", "full_attention"]

TINY = {
    **DENSE,
    "num_hidden_layers": 5,
    "head_dim": 8,
    "global_head_dim": 12,
    "num_global_key_value_heads": 1,
    "attention_k_eq_v": True,
    "tie_word_embeddings": True,
    "layer_types": TYPES,
    "num_kv_shared_layers": 2,
    "use_double_wide_mlp": True,
    "sliding_window": 6,
    "hidden_size_per_layer_input": 6,
    "vocab_size_per_layer_input": 48,
    "final_logit_softcapping": 6.0,
    "rope_parameters": {"full_attention": FULL, "sliding_attention": SLIDING},
}

specimen = Specimen(
    tiny=TINY,
    variants={
        "gemma4_text": Variant(
            gradients=[
                "model.embed_tokens*.weight",
                "model.per_layer*",
                "model.layers.[24].[!l]*",
                "model.norm.weight",
            ],
            switches={
                "rms_norm_eps": 0.1,
                "sliding_window": 4,
                "final_logit_softcapping": None,
                "hidden_activation": "silu",
                "rope_parameters": {"full_attention": OTHER, "sliding_attention": SLIDING},
            },
        ),
        "gemma4_text-old-style": Variant(
            weights_of="gemma4_text",
            written={"per_layer_config": None, "global_head_dim": 12, "num_global_key_value_heads": 1},
        ),
        "gemma4_text-experts": Variant(
            config={
                "num_hidden_layers": 2,
                "layer_types": ["sliding_attention", "full_attention"],
                "num_kv_shared_layers": 0,
                "hidden_size_per_layer_input": 0,
                "enable_moe_block": True,
                "num_experts": 5,
                "top_k_experts": 2,
                "moe_intermediate_size": 12,
            },
            gradients=["model.layers.1.[er]*", "model.layers.1.*feedforward*"],
            switches={"top_k_experts": 1, "enable_moe_block": False},
        ),
        "gemma4_text-own-keys": Variant(
            config={
                "num_hidden_layers": 2,
                "layer_types": ["sliding_attention", "full_attention"],
                "num_kv_shared_layers": 0,
                "num_global_key_value_heads": None,
                "attention_k_eq_v": False,
                "attention_bias": True,
                "use_double_wide_mlp": False,
                "final_logit_softcapping": None,
                "tie_word_embeddings": False,
            },
            switches={
                "attention_k_eq_v": True,
                "attention_bias": False,
                "tie_word_embeddings": True,
                "hidden_size_per_layer_input": 0,
            },
        ),
    },
)
