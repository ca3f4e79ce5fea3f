"""OLMo 3: three layers with a window and one that sees all, turned by YaRN; both styles of settings."""

from reference.sizes import DENSE, GRADIENTS
from reference.specimen import Specimen, Variant

YARN = {
    "rope_type": "yarn",
    "factor": 8.0,
    "original_max_position_embeddings": 16,
    "beta_fast": 4.0,
    "beta_slow": 1.0,
    "attention_factor": 1.2,
}
PLAIN = {"rope_type": "default", "rope_theta": 500000.0}
FULL = {**YARN, "rope_theta": 1000.0}

specimen = Specimen(
    tiny={
        **DENSE,
        "num_hidden_layers": 4,
        "sliding_window": 6,
        "rope_parameters": {"full_attention": FULL, "sliding_attention": PLAIN},
    },
    variants={
        "olmo3": Variant(
            gradients=[name.replace(".1.", ".3.") for name in GRADIENTS],
            written={"layer_types": None},
            switches={
                "rms_norm_eps": 0.1,
                "sliding_window": 4,
                "layer_types": ["full_attention"] * 4,
                "rope_parameters": {"full_attention": PLAIN, "sliding_attention": PLAIN},
                "hidden_act": "gelu",
            },
        ),
        "olmo3-old-style": Variant(
            weights_of="olmo3",
            written={
                "layer_types": None,
                "rope_parameters": None,
                "rope_theta": 1000.0,
                "rope_scaling": YARN,
            },
        ),
    },
)
