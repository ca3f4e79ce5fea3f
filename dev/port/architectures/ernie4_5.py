"""ERNIE 4.5: neighbouring pairs turned, biases, tied; and without biases, untied."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={**DENSE, "head_dim": 12, "use_bias": True, "tie_word_embeddings": True},
    variants={
        "ernie4_5": Variant(
            gradients=["model.embed_tokens.weight", "model.layers.1.*", "model.norm.weight"],
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "use_bias": False,
                "hidden_act": "gelu",
            },
        ),
        "ernie4_5-untied": Variant(
            config={"use_bias": False, "tie_word_embeddings": False, "num_hidden_layers": 1}
        ),
    },
)
