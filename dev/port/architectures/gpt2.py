"""GPT-2: its own inner size; and a checkpoint as the first ones were, without prefix and with masks stored."""

import torch

from reference.specimen import Specimen, Variant

LAYERS = 3


def as_first_written(tensors):
    """What the first checkpoints carry beside parameters: the causal masks, and the tied head again."""
    bare = {name.removeprefix("transformer."): value for name, value in tensors.items()}
    for layer in range(LAYERS):
        bare[f"h.{layer}.attn.bias"] = torch.ones(8, 8).tril()[None, None]
        bare[f"h.{layer}.attn.masked_bias"] = torch.tensor(-1e4)
    return {**bare, "lm_head.weight": bare["wte.weight"]}


specimen = Specimen(
    tiny={"vocab_size": 96, "n_embd": 32, "n_head": 4, "n_layer": LAYERS, "n_positions": 64},
    variants={
        "gpt2": Variant(
            config={"n_inner": 48},
            gradients=["transformer.w?e.weight", "transformer.h.1.*", "transformer.ln_f.*"],
            switches={"layer_norm_epsilon": 0.1},
        ),
        "gpt2-bare": Variant(rewrite=as_first_written),
    },
)
