"""OLMoE: norms over all heads, clipped queries, keys and values, biases, shares that add up to one."""

from reference.sizes import DENSE, GRADIENTS, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={
        **DENSE,
        "intermediate_size": 20,
        "attention_bias": True,
        "clip_qkv": 0.75,
        "num_experts": 5,
        "num_experts_per_tok": 2,
        "norm_topk_prob": True,
    },
    variants={
        "olmoe": Variant(
            gradients=GRADIENTS,
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "attention_bias": False,
                "clip_qkv": None,
                "num_experts_per_tok": 3,
                "norm_topk_prob": False,
                "hidden_act": "gelu",
            },
        ),
        "olmoe-published": Variant(
            config={"attention_bias": False, "clip_qkv": None, "norm_topk_prob": False, "num_hidden_layers": 1},
        ),
    },
)
