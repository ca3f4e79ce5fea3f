"""GPT-Neo: a layer that sees all, and one with a window."""

from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={
        "vocab_size": 48,
        "hidden_size": 32,
        "intermediate_size": 40,
        "num_layers": 2,
        "num_heads": 4,
        "max_position_embeddings": 64,
        "attention_types": [[["global", "local"], 1]],
        "window_size": 6,
    },
    variants={
        "gpt_neo": Variant(
            gradients=["transformer.w?e.weight", "transformer.h.1.*", "transformer.ln_f.*"],
            switches={
                "layer_norm_epsilon": 0.1,
                "window_size": 4,
                "attention_types": [[["global"], 2]],
                "activation_function": "relu",
            },
        ),
        "gpt_neo-untied": Variant(
            config={"tie_word_embeddings": False, "num_layers": 1, "attention_types": [[["local"], 1]]},
        ),
    },
)
