"""BLOOM: a number of heads that is no power of two, whose slopes are not all of one series."""

from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={"vocab_size": 48, "hidden_size": 36, "n_head": 6, "n_layer": 2},
    variants={
        "bloom": Variant(
            gradients=["transformer.word_embeddings*", "transformer.h.1.*", "transformer.ln_f.*"],
            switches={"layer_norm_epsilon": 0.1},
        ),
        "bloom-untied": Variant(config={"tie_word_embeddings": False, "n_layer": 1}),
    },
)
