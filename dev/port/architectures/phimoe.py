"""Phi-3.5-MoE: SparseMixer with a jitter that reaches the next logits, LayerNorms, every bias, a window; LongRoPE.

Magnitudes of LongRoPE follow the length of the text; factors are always the short ones.
"""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

SHORT, LONG = [1.0, 1.5, 2.0, 3.0], [2.0, 4.0, 6.0, 9.0]


def longrope(original, **changes):
    return {"rope_type": "longrope", "rope_theta": 100.0, "short_factor": SHORT, "long_factor": LONG,
            "short_mscale": 1.25, "long_mscale": 1.5, "attention_factor": 1.0,
            "original_max_position_embeddings": original, **changes}


specimen = Specimen(
    tiny={
        **DENSE,
        "intermediate_size": 20,
        "sliding_window": 6,
        "attention_bias": True,
        "lm_head_bias": True,
        "num_local_experts": 5,
        "num_experts_per_tok": 2,
        "router_jitter_noise": 0.2,
    },
    variants={
        "phimoe": Variant(
            gradients=[*GRADIENTS, "lm_head.bias", "model.norm.bias"],
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "sliding_window": None,
                "attention_bias": False,
                "lm_head_bias": False,
                "router_jitter_noise": 0.01,
                "hidden_act": "gelu",
            },
        ),
        "phimoe-longrope": Variant(
            config={"rope_parameters": longrope(64), "sliding_window": None},
            weights_of="phimoe",
            switches={
                "rope_parameters": longrope(64, short_mscale=1.0),
            },
        ),
        "phimoe-longrope-long": Variant(
            config={"rope_parameters": longrope(1), "sliding_window": None},
            weights_of="phimoe",
            cached_differs="the first key keeps the magnitude of a short text",
            switches={
                "rope_parameters": longrope(1, long_mscale=1.0),
            },
        ),
    },
)
