"""GPT-J: half of each head turned in neighbouring pairs, an inner size of its own."""

from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={
        "vocab_size": 48,
        "n_embd": 32,
        "n_head": 4,
        "n_layer": 2,
        "n_positions": 64,
        "rotary_dim": 4,
        "n_inner": 40,
    },
    blocks="transformer.h",
    variants={
        "gptj": Variant(
            gradients=["transformer.wte.weight", "transformer.h.1.*", "transformer.ln_f.*", "lm_head.*"],
            switches={"layer_norm_epsilon": 0.1, "rotary_dim": 8, "activation_function": "relu"},
        ),
    },
)
