"""StarCoder2: a window, biases, tied; and without either."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={**DENSE, "tie_word_embeddings": True},
    variants={
        "starcoder2": Variant(
            config={"sliding_window": 6},
            gradients=["model.embed_tokens.weight", "model.layers.1.*", "model.norm.*"],
            switches={
                "norm_epsilon": 0.1,
                "rope_parameters": OTHER_ROPE,
                "use_bias": False,
                "sliding_window": None,
                "hidden_act": "relu",
            },
        ),
        "starcoder2-plain": Variant(
            config={"use_bias": False, "tie_word_embeddings": False, "num_hidden_layers": 1}
        ),
    },
)
