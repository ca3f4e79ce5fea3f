"""Qwen3.5 with experts behind every layer, and one for every token."""

from architectures.qwen3_5_text import NAMED, ROPE, TINY
from architectures.qwen3_next import EXPERTS
from reference.specimen import Specimen, Variant

TEXT = {name: value for name, value in {**TINY, **EXPERTS}.items() if name != "intermediate_size"}

specimen = Specimen(
    # Its states fade slowly: where they fade faster, transformers' chunks are inexact themselves.
    seed=42,
    tiny=TEXT,
    variants={
        "qwen3_5_moe_text": Variant(
            gradients=NAMED,
            switches={
                "rms_norm_eps": 0.5,
                "rope_parameters": {**ROPE, "rope_theta": 100.0},
                "attention_bias": False,
                "num_experts_per_tok": 3,
                "hidden_act": "gelu",
            },
        ),
    },
)
