"""InternLM3: biases by the names of its own files; and without, tied."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={**DENSE, "head_dim": 12, "attention_bias": True, "mlp_bias": True},
    variants={
        "internlm3": Variant(
            gradients=GRADIENTS,
            switches={"rms_norm_eps": 0.1, "rope_parameters": OTHER_ROPE, "hidden_act": "gelu"},
        ),
        "internlm3-plain": Variant(
            config={
                "attention_bias": False,
                "mlp_bias": False,
                "tie_word_embeddings": True,
                "num_hidden_layers": 1,
            },
        ),
    },
)
