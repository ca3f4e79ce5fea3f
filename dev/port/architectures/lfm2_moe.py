"""LFM2 with experts: the first layer without, the others with scores of their own that a bias moves."""

from reference.sizes import DENSE, OTHER_ROPE
from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={
        **DENSE,
        "num_hidden_layers": 3,
        "layer_types": ["conv", "full_attention", "conv"],
        "conv_bias": True,
        "conv_L_cache": 3,
        "num_dense_layers": 1,
        "num_experts": 5,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 20,
        "routed_scaling_factor": 1.5,
        "tie_word_embeddings": True,
    },
    variants={
        "lfm2_moe": Variant(
            gradients=["model.embed_tokens.weight", "model.layers.1.*", "model.layers.2.*", "model.embedding_norm.weight"],
            switches={
                "norm_eps": 0.1,
                "rope_parameters": OTHER_ROPE,
                "num_experts_per_tok": 3,
                "routed_scaling_factor": 1.0,
                "norm_topk_prob": False,
                "use_expert_bias": False,
                "conv_bias": False,
            },
        ),
    },
)
