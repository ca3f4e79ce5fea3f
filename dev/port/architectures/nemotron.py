"""Nemotron: norms of 1 + weight, squared ReLU, half of each head turned, biases."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={**DENSE, "head_dim": 12, "attention_bias": True, "mlp_bias": True},
    variants={
        "nemotron": Variant(
            gradients=[*GRADIENTS, "model.norm.bias"],
            switches={
                "norm_eps": 0.1,
                "rope_parameters": {**OTHER_ROPE, "partial_rotary_factor": 0.5},
                "attention_bias": False,
                "mlp_bias": False,
                "hidden_act": "relu",
            },
        ),
        "nemotron-plain": Variant(
            config={"attention_bias": False, "mlp_bias": False, "num_hidden_layers": 1},
            switches={
                "rope_parameters": {
                    "rope_type": "default",
                    "rope_theta": 10000.0,
                    "partial_rotary_factor": 1.0,
                },
            },
        ),
    },
)
