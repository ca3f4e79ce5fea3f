"""Qwen3.5: gated-delta layers with more heads of values than of keys, attention with biases; rows longer than a chunk."""

from reference.sizes import DENSE
from reference.specimen import Specimen, Variant

ROPE = {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5}
DELTA = {
    "linear_num_key_heads": 2,
    "linear_num_value_heads": 4,
    "linear_key_head_dim": 6,
    "linear_value_head_dim": 10,
    "linear_conv_kernel_dim": 4,
}
TINY = {
    **DENSE,
    **DELTA,
    "num_hidden_layers": 3,
    "head_dim": 12,
    # what is read of a state may be small, and its norm then makes much of roundings
    "rms_norm_eps": 1e-2,
    "attention_bias": True,
    "rope_parameters": ROPE,
    "layer_types": ["linear_attention", "linear_attention", "full_attention"],
    "max_position_embeddings": 128,
}
# Outside of the blocks, and one of each kind.
NAMED = ["*embed_tokens.weight", "*layers.1.*", "*layers.2.self_attn.*", "*model.norm.weight", "*lm_head.weight"]

specimen = Specimen(
    # Its states fade slowly: where they fade faster, transformers' chunks are inexact themselves.
    seed=7,
    tiny=TINY,
    length=70,
    variants={
        "qwen3_5_text": Variant(
            gradients=NAMED,
            switches={
                "rms_norm_eps": 0.5,
                "rope_parameters": {**ROPE, "rope_theta": 100.0},
                "attention_bias": False,
                "hidden_act": "gelu",
            },
        ),
        "qwen3_5_text-tied": Variant(
            config={
                "tie_word_embeddings": True,
                "num_hidden_layers": 2,
                "head_dim": 16,
                "layer_types": None,
                "full_attention_interval": 2,
                "linear_num_key_heads": 4,
                "linear_conv_kernel_dim": 2,
                "attention_bias": False,
                "rope_parameters": {**ROPE, "partial_rotary_factor": 0.25, "mrope_section": [1, 1, 1]},
            },
            written={"layer_types": None, "full_attention_interval": 2},
        ),
    },
)
