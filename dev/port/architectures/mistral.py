"""Mistral: a window in every layer; and one without, with heads of another size."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={**DENSE, "sliding_window": 6},
    variants={
        "mistral": Variant(
            gradients=GRADIENTS,
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "sliding_window": None,
                "hidden_act": "gelu",
            },
        ),
        "mistral-full": Variant(config={"sliding_window": None, "head_dim": 12, "num_hidden_layers": 1}),
    },
)
