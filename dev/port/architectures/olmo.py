"""OLMo: projections clipped; and biased, tied."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny=DENSE,
    variants={
        "olmo": Variant(
            config={"clip_qkv": 0.5},
            gradients=GRADIENTS,
            switches={"clip_qkv": None, "rope_parameters": OTHER_ROPE, "hidden_act": "gelu"},
        ),
        "olmo-biased-tied": Variant(
            config={"attention_bias": True, "tie_word_embeddings": True, "num_hidden_layers": 1},
            switches={"attention_bias": False},
        ),
    },
)
