"""SmolLM3: every second layer does not tell positions and has a window; and as released, without windows."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={**DENSE, "no_rope_layer_interval": 2, "use_sliding_window": True, "sliding_window": 6},
    variants={
        "smollm3": Variant(
            gradients=GRADIENTS,
            written={"layer_types": None, "no_rope_layers": None},
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "use_sliding_window": False,
                "sliding_window": 4,
                "no_rope_layers": [1, 1],
                "no_rope_layer_interval": 3,
                "hidden_act": "gelu",
            },
        ),
        "smollm3-full": Variant(
            config={"use_sliding_window": False, "sliding_window": None, "tie_word_embeddings": True},
            switches={"no_rope_layers": [1, 1]},
        ),
    },
)
