"""CodeGen: a part of each head turned, more heads than parts of the layer."""

from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={
        "vocab_size": 48,
        "n_embd": 48,
        "n_head": 8,
        "n_layer": 2,
        "n_positions": 64,
        "n_inner": 40,
        "rotary_dim": 4,
    },
    variants={
        "codegen": Variant(
            gradients=["transformer.wte.weight", "transformer.h.1.*", "transformer.ln_f.*", "lm_head.*"],
            switches={"layer_norm_epsilon": 0.1, "rotary_dim": 2, "activation_function": "relu"},
        ),
    },
)
