"""Command R: norms of each head by itself; and without them, biased."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={**DENSE, "tie_word_embeddings": True},
    variants={
        "cohere": Variant(
            config={"use_qk_norm": True},
            gradients=["model.embed_tokens.weight", "model.layers.1.*", "model.norm.weight"],
            switches={
                "layer_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "logit_scale": 1.0,
                "use_qk_norm": False,
                "hidden_act": "gelu",
            },
        ),
        "cohere-biased": Variant(
            config={"attention_bias": True, "num_hidden_layers": 1, "logit_scale": 0.5},
            switches={"attention_bias": False},
        ),
    },
)
