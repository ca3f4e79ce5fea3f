"""gpt-oss: windows, stretched texts, a gate whose limits are reached."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

YARN = {
    "rope_type": "yarn",
    "rope_theta": 50.0,
    "factor": 8.0,
    "beta_fast": 1.5,
    "beta_slow": 0.3,
    "truncate": False,
    "original_max_position_embeddings": 16,
}

specimen = Specimen(
    tiny={
        **DENSE,
        "head_dim": 12,
        "intermediate_size": 64,
        "num_local_experts": 5,
        "num_experts_per_tok": 2,
        "sliding_window": 6,
        "swiglu_limit": 0.5,
        "swiglu_alpha": 1.3,
        "rope_parameters": YARN,
    },
    variants={
        "gpt_oss": Variant(
            gradients=GRADIENTS,
            written={"layer_types": None},
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": {**YARN, "truncate": True},
                "sliding_window": 4,
                "layer_types": ["full_attention", "full_attention"],
                "attention_bias": False,
                "num_experts_per_tok": 3,
                "swiglu_limit": 7.0,
                "swiglu_alpha": 1.702,
            },
        ),
        "gpt_oss-plain-rope": Variant(
            config={"rope_parameters": OTHER_ROPE, "num_hidden_layers": 1, "attention_bias": False},
        ),
    },
)
