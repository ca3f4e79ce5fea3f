"""Gemma 3n as published, with pictures and sound: its text model under the names that it has there, and one tensor more.

What reads pictures needs a library of its own, so the text model is made alone.
"""

import torch
from transformers import Gemma3nForCausalLM, Gemma3nTextConfig

from architectures.gemma3n_text import TINY
from reference.specimen import Specimen, Variant

TEXT = {**TINY, "num_hidden_layers": 2, "num_kv_shared_layers": 0, "intermediate_size": [40, 40]}
TEXT["layer_types"] = ["sliding_attention", "full_attention"]
TEXT["activation_sparsity_pattern"] = [0.6, 0.0]


def build(settings):
    return Gemma3nForCausalLM(Gemma3nTextConfig(**settings, attn_implementation="eager"))


def as_published(tensors):
    named = {name.replace("model.", "model.language_model.", 1): value for name, value in tensors.items()}
    return {**named, "model.vision_tower.timm_model.conv_stem.conv.weight": torch.zeros(2, 2)}


specimen = Specimen(
    tiny=TEXT,
    has_states=True,
    build=build,
    variants={
        "gemma3n": Variant(
            gradients=["*embed_tokens.weight", "*layers.1.*"],
            rewrite=as_published,
            written={"model_type": "gemma3n", "text_config": {**TEXT, "model_type": "gemma3n_text"}},
        ),
    },
)
