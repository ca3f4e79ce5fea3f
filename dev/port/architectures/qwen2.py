"""Qwen2: biases on queries, keys and values, a window in the upper layer; and one without windows, tied."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={**DENSE, "use_sliding_window": True, "sliding_window": 6, "max_window_layers": 1},
    variants={
        "qwen2": Variant(
            gradients=GRADIENTS,
            written={"layer_types": None},
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "sliding_window": 4,
                "max_window_layers": 2,
                "layer_types": ["sliding_attention", "sliding_attention"],
                "hidden_act": "gelu",
            },
        ),
        "qwen2-tied": Variant(config={"use_sliding_window": False, "tie_word_embeddings": True, "num_hidden_layers": 1}),
    },
)
