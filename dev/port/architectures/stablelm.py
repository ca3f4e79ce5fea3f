"""StableLM: norms of each head by itself, halves side by side, biases; and one after the other, tied."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

ROPE = {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5}

specimen = Specimen(
    tiny={**DENSE, "rope_parameters": ROPE},
    variants={
        "stablelm": Variant(
            config={"qk_layernorm": True, "use_parallel_residual": True, "use_qkv_bias": True},
            gradients=[*GRADIENTS, "model.norm.bias"],
            switches={
                "layer_norm_eps": 0.1,
                "rope_parameters": {**OTHER_ROPE, "partial_rotary_factor": 0.5},
                "qk_layernorm": False,
                "use_parallel_residual": False,
                "use_qkv_bias": False,
                "hidden_act": "gelu",
            },
        ),
        "stablelm-sequential": Variant(
            config={"tie_word_embeddings": True},
            switches={"rope_parameters": {**ROPE, "partial_rotary_factor": 1.0}},
        ),
    },
)
