"""StarCoder: one key head, and a key head for each query."""

from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={"vocab_size": 48, "n_embd": 32, "n_head": 4, "n_layer": 2, "n_positions": 64, "n_inner": 40},
    variants={
        "gpt_bigcode": Variant(
            gradients=["transformer.w?e.weight", "transformer.h.1.*", "transformer.ln_f.*"],
            switches={
                "layer_norm_epsilon": 0.1,
                "scale_attn_weights": False,
                "activation_function": "relu",
            },
        ),
        "gpt_bigcode-many": Variant(config={"multi_query": False, "n_layer": 1}),
        "gpt_bigcode-untied": Variant(config={"tie_word_embeddings": False, "n_layer": 1}),
    },
)
