"""OLMo Hybrid: corrections that go beyond what is wrong, attention with biases and with positions, and without."""

from reference.sizes import DENSE
from reference.specimen import Specimen, Variant

ROPE = {"rope_type": "default", "rope_theta": 10000.0}

specimen = Specimen(
    # With which transformers' own chunks and single tokens differ little, by 2e-6; with others by up to 1e-5.
    seed=17,
    tiny={
        **DENSE,
        "pad_token_id": None,
        "num_hidden_layers": 3,
        "attention_bias": True,
        "rope_parameters": ROPE,
        "layer_types": ["linear_attention", "linear_attention", "full_attention"],
        "linear_num_key_heads": 2,
        "linear_num_value_heads": 4,
        # as many numbers of queries, keys and values: transformers writes their convolutions in equal parts
        "linear_key_head_dim": 10,
        "linear_value_head_dim": 5,
    },
    variants={
        "olmo_hybrid": Variant(
            gradients=[
                "model.embed_tokens.weight",
                "model.layers.1.*",
                "model.layers.2.self_attn.*",
                "model.norm.weight",
                "lm_head.weight",
            ],
            switches={
                "rms_norm_eps": 0.1,
                "rope_parameters": {**ROPE, "rope_theta": 100.0},
                "attention_bias": False,
                "linear_allow_neg_eigval": False,
                "hidden_act": "gelu",
            },
        ),
        "olmo_hybrid-plain": Variant(
            config={
                "layer_types": None,
                "attention_bias": False,
                "linear_allow_neg_eigval": False,
                "rope_parameters": {"rope_type": "default", "rope_theta": None},
                "linear_num_key_heads": None,
                "linear_num_value_heads": None,
                "linear_key_head_dim": None,
                "linear_value_head_dim": None,
            },
            written={"layer_types": None},
        ),
    },
)
