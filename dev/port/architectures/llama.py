"""Llama: grouped keys, biases, a tied head, heads of another size, rotary variants, shards, half precision."""

from reference.specimen import Specimen, Variant

GRADIENTS = ["model.embed_tokens.weight", "model.layers.1.*", "model.norm.weight", "lm_head.weight"]
LINEAR = {"type": "linear", "factor": 4.0}
# Low base, short original context: of the four pairs one is kept, one blended, two stretched.
BANDS = {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 32}

PLAIN = {"rope_type": "default", "rope_theta": 10000.0}
linear = {"rope_type": "linear", "factor": 4.0, "rope_theta": 50000.0}
llama3 = {"rope_type": "llama3", "rope_theta": 100.0, **BANDS}

specimen = Specimen(
    tiny={
        "vocab_size": 96,
        "hidden_size": 32,
        "intermediate_size": 56,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 64,
        "rms_norm_eps": 1e-5,
        "tie_word_embeddings": False,
    },
    variants={
        "llama": Variant(
            gradients=GRADIENTS,
            switches={"rms_norm_eps": 0.1, "rope_parameters": {**PLAIN, "rope_theta": 100.0}},
        ),
        "llama-biased-tied": Variant(
            config={
                "attention_bias": True,
                "mlp_bias": True,
                "tie_word_embeddings": True,
                "num_key_value_heads": 1,
                "num_hidden_layers": 2,
            },
            gradients=GRADIENTS,
            switches={"attention_bias": False, "mlp_bias": False},
        ),
        "llama-head-dim": Variant(config={"head_dim": 12, "num_hidden_layers": 1}),
        "llama-sharded": Variant(save={"max_shard_size": "56KB"}),
        "llama-bfloat16": Variant(dtype="bfloat16"),
        "llama-linear": Variant(
            config={"rope_parameters": linear}, weights_of="llama", switches={"rope_parameters": PLAIN}
        ),
        "llama-linear-old-style": Variant(
            config={"rope_parameters": linear},
            weights_of="llama",
            written={"rope_parameters": None, "rope_theta": 50000.0, "rope_scaling": LINEAR},
        ),
        "llama-llama3": Variant(
            config={"rope_parameters": llama3}, weights_of="llama", switches={"rope_parameters": PLAIN}
        ),
        "llama-llama3-old-style": Variant(
            config={"rope_parameters": llama3},
            weights_of="llama",
            written={
                "rope_parameters": None,
                "rope_theta": 100.0,
                "rope_scaling": {"rope_type": "llama3", **BANDS},
            },
        ),
    },
)
