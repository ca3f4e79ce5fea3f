"""Qwen3-Next: fused projections, experts with one for every token in all layers but the last, biases."""

from architectures.qwen3_5_text import NAMED, ROPE, TINY
from reference.specimen import Specimen, Variant

EXPERTS = {
    "num_experts": 5,
    "num_experts_per_tok": 2,
    "moe_intermediate_size": 20,
    "shared_expert_intermediate_size": 28,
}

specimen = Specimen(
    # Its states fade slowly: where they fade faster, transformers' chunks are inexact themselves.
    seed=26,
    tiny={**TINY, **EXPERTS, "norm_topk_prob": True, "mlp_only_layers": [2]},
    variants={
        "qwen3_next": Variant(
            gradients=NAMED,
            switches={
                "rms_norm_eps": 0.5,
                "rope_parameters": {**ROPE, "rope_theta": 100.0},
                "attention_bias": False,
                "num_experts_per_tok": 3,
                "norm_topk_prob": False,
                "hidden_act": "gelu",
            },
        ),
        "qwen3_next-plain": Variant(
            config={
                "num_hidden_layers": 2,
                "layer_types": None,
                "full_attention_interval": 2,
                "decoder_sparse_step": 2,
                "mlp_only_layers": None,
                "norm_topk_prob": False,
                "attention_bias": False,
            },
            written={"layer_types": None, "full_attention_interval": 2},
        ),
    },
)
