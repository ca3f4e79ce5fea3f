"""Ministral 3: YaRN, queries that grow every five tokens, a window; and one without a window, tied."""

from reference.sizes import DENSE, GRADIENTS
from reference.specimen import Specimen, Variant

YARN = {
    "rope_type": "yarn",
    "rope_theta": 1000.0,
    "factor": 8.0,
    "original_max_position_embeddings": 5,
    "beta_fast": 4.0,
    "beta_slow": 1.0,
    "mscale": 1.0,
    "mscale_all_dim": 0.5,
    "llama_4_scaling_beta": 0.3,
}

specimen = Specimen(
    tiny={**DENSE, "head_dim": 12, "sliding_window": 6, "rope_parameters": YARN},
    variants={
        "ministral3": Variant(
            gradients=GRADIENTS,
            switches={
                "rms_norm_eps": 0.1,
                "sliding_window": None,
                "rope_parameters": {**YARN, "llama_4_scaling_beta": 0.0},
                "hidden_act": "gelu",
            },
        ),
        "ministral3-full": Variant(
            config={"sliding_window": None, "tie_word_embeddings": True},
            switches={"rope_parameters": {**YARN, "mscale_all_dim": 1.0, "factor": 1.0}},
        ),
    },
)
