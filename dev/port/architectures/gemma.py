"""Gemma: heads of a size of their own, a tied head; the first files say "gelu" and mean the tanh form."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={**DENSE, "head_dim": 12, "tie_word_embeddings": True, "attention_bias": True},
    variants={
        "gemma": Variant(
            gradients=["model.embed_tokens.weight", "model.layers.1.*", "model.norm.weight"],
            switches={"rms_norm_eps": 0.1, "rope_parameters": OTHER_ROPE, "attention_bias": False, "hidden_act": "silu"},
        ),
        "gemma-first": Variant(weights_of="gemma", written={"hidden_act": "gelu"}),
    },
)
