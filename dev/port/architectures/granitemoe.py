"""Granite with experts: every factor, biases, three of five experts, tied."""

from reference.sizes import DENSE, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={
        **DENSE,
        "intermediate_size": 20,
        "attention_bias": True,
        "tie_word_embeddings": True,
        "embedding_multiplier": 3.0,
        "attention_multiplier": 0.25,
        "residual_multiplier": 0.5,
        "logits_scaling": 4.0,
        "num_local_experts": 5,
        "num_experts_per_tok": 3,
    },
    variants={
        "granitemoe": Variant(
            gradients=["model.embed_tokens.weight", "model.layers.1.*", "model.norm.weight"],
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "attention_bias": False,
                "embedding_multiplier": 1.0,
                "attention_multiplier": 1.0,
                "residual_multiplier": 1.0,
                "logits_scaling": 1.0,
                "num_experts_per_tok": 2,
                "hidden_act": "gelu",
            },
        ),
        "granitemoe-stacked": Variant(
            config={"attention_bias": False, "num_hidden_layers": 1}, save={"save_original_format": False}
        ),
    },
)
