"""Seed-OSS: biases of queries, keys and values; and of everything, tied."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={**DENSE, "head_dim": 12, "attention_dropout": 0.0, "residual_dropout": 0.0},
    variants={
        "seed_oss": Variant(
            gradients=GRADIENTS,
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "attention_bias": False,
                "hidden_act": "gelu",
            },
        ),
        "seed_oss-biased-tied": Variant(
            config={
                "attention_out_bias": True,
                "mlp_bias": True,
                "tie_word_embeddings": True,
                "num_hidden_layers": 1,
            },
            switches={"attention_out_bias": False, "mlp_bias": False},
        ),
    },
)
