"""Llama 4 with pictures: its text model under the names that it has there, and one tensor more."""

import torch
from transformers import Llama4ForCausalLM, Llama4TextConfig

from architectures.llama4_text import TINY
from reference.specimen import Specimen, Variant

TEXT = {**TINY, "num_hidden_layers": 2}


def build(settings):
    config = Llama4TextConfig(**settings, attn_implementation="eager", experts_implementation="eager")
    return Llama4ForCausalLM(config)


def as_published(tensors):
    named = {f"language_model.{name}": value for name, value in tensors.items()}
    return {**named, "vision_model.class_embedding": torch.zeros(2)}


specimen = Specimen(
    tiny=TEXT,
    build=build,
    variants={
        "llama4": Variant(
            gradients=["*embed_tokens.weight", "*layers.1.*", "*lm_head.weight"],
            rewrite=as_published,
            written={"model_type": "llama4", "text_config": {**TEXT, "model_type": "llama4_text"}},
        ),
    },
)
