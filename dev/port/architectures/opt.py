"""OPT: with biases, and without."""

from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={
        "vocab_size": 48,
        "hidden_size": 32,
        "ffn_dim": 40,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "max_position_embeddings": 64,
    },
    variants={
        "opt": Variant(
            gradients=[
                "model.decoder.embed_*.weight",
                # what is added to all keys of a query changes nothing: the gradient of keys' biases is what rounding leaves
                "model.decoder.layers.1.self_attn.[!k]*",
                "model.decoder.layers.1.self_attn.k_proj.weight",
                "model.decoder.layers.1.*norm.*",
                "model.decoder.layers.1.fc?.*",
                "model.decoder.final_layer_norm.*",
            ],
            switches={"activation_function": "gelu", "enable_bias": False},
        ),
        "opt-projected": Variant(
            config={"do_layer_norm_before": False, "word_embed_proj_dim": 20},
            gradients=["model.decoder.project_*.weight", "model.decoder.layers.1.*norm.*"],
        ),
        "opt-untied": Variant(config={"tie_word_embeddings": False, "num_hidden_layers": 1}),
    },
)
