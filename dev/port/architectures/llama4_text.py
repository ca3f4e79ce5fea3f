"""Llama 4: two layers of chunks with a dense part, two that see all with experts; and one of each without the rest."""

from reference.sizes import DENSE, OTHER_ROPE
from reference.specimen import Specimen, Variant

ROPE = {
    "rope_type": "llama3",
    "rope_theta": 1000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 16,
}
TINY = {
    **DENSE,
    "num_hidden_layers": 4,
    "head_dim": 12,
    "intermediate_size": 20,
    "intermediate_size_mlp": 40,
    "num_local_experts": 5,
    "num_experts_per_tok": 2,
    "interleave_moe_layer_step": 2,
    "no_rope_layer_interval": 2,
    "attention_chunk_size": 6,
    "floor_scale": 4,
    "attn_scale": 0.5,
    "rope_parameters": ROPE,
}

specimen = Specimen(
    tiny=TINY,
    variants={
        "llama4_text": Variant(
            gradients=["model.embed_tokens.weight", "model.layers.[23].*", "model.norm.weight", "lm_head.weight"],
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "attention_chunk_size": 5,
                "num_experts_per_tok": 1,
                "use_qk_norm": False,
                "attn_temperature_tuning": False,
                "floor_scale": 8,
                "attn_scale": 0.1,
                "no_rope_layers": [1, 1, 1, 1],
                "hidden_act": "relu",
            },
        ),
        "llama4_text-plain": Variant(
            config={
                "num_hidden_layers": 2,
                "interleave_moe_layer_step": 1,
                "use_qk_norm": False,
                "attention_bias": True,
                "tie_word_embeddings": True,
                "num_experts_per_tok": 1,
            },
            switches={"attention_bias": False},
        ),
    },
)
