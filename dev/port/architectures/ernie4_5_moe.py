"""ERNIE 4.5 with experts: sparse layers between dense ones, a bias that moves the choice, shared experts, biases."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={
        **DENSE,
        "num_hidden_layers": 4,
        "head_dim": 12,
        "use_bias": True,
        "moe_intermediate_size": 20,
        "moe_k": 2,
        "moe_num_experts": 5,
        "moe_num_shared_experts": 2,
        "moe_layer_start_index": 1,
        "moe_layer_end_index": 2,
        "moe_norm_min": 0.7,
    },
    variants={
        "ernie4_5_moe": Variant(
            gradients=[*GRADIENTS, "lm_head.bias"],
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "use_bias": False,
                "moe_k": 3,
                "moe_norm_min": 1e-12,
                "moe_layer_end_index": 1,
                "hidden_act": "gelu",
            },
        ),
        "ernie4_5_moe-stacked": Variant(
            config={"use_bias": False, "tie_word_embeddings": True, "moe_layer_end_index": -1,
                    "moe_layer_interval": 2, "num_hidden_layers": 2},
            save={"save_original_format": False},
        ),
        "ernie4_5_moe-tied-biased": Variant(
            config={"tie_word_embeddings": True, "num_hidden_layers": 1},
            gradients=["lm_head.bias"],
        ),
    },
)
