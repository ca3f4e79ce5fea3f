"""Hunyuan: norms behind the rotation, whose base a fixed alpha changes; biases, tied."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

ALPHA = {"rope_type": "dynamic", "rope_theta": 100.0, "alpha": 50.0, "factor": 1.0}

specimen = Specimen(
    tiny={**DENSE, "head_dim": 12, "attention_bias": True, "rope_parameters": ALPHA},
    variants={
        "hunyuan_v1_dense": Variant(
            gradients=GRADIENTS,
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "attention_bias": False,
                "hidden_act": "gelu",
            },
        ),
        "hunyuan_v1_dense-old-style": Variant(
            config={"tie_word_embeddings": True, "num_hidden_layers": 1},
            written={
                "rope_parameters": None,
                "rope_theta": 100.0,
                "rope_scaling": {"type": "dynamic", "alpha": 50.0, "factor": 1.0, "mscale": 1.0},
            },
        ),
    },
)
