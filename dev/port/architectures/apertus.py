"""Apertus: xIELU, norms over heads, rotary positions as Llama 3 stretches them."""

from reference.sizes import DENSE, OTHER_ROPE
from reference.specimen import Specimen, Variant

BANDS = {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 32}

specimen = Specimen(
    tiny={
        **DENSE,
        "attention_bias": True,
        "rope_parameters": {"rope_type": "llama3", "rope_theta": 100.0, **BANDS},
    },
    fixed=["*.act_fn.beta", "*.act_fn.eps"],
    variants={
        "apertus": Variant(
            gradients=[
                "model.embed_tokens.weight",
                "model.layers.1.*.weight",
                "model.layers.1.*.bias",
                "model.layers.1.*.alpha_?",
                "model.norm.weight",
                "lm_head.weight",
            ],
            switches={"rms_norm_eps": 0.1, "rope_parameters": OTHER_ROPE, "attention_bias": False},
        ),
    },
)
