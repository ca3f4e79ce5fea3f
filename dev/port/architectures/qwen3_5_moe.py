"""Qwen3.5 with experts and a tiny part that reads pictures, of which only the text model is read here."""

from transformers import Qwen3_5MoeConfig, Qwen3_5MoeForConditionalGeneration

from architectures.qwen3_5 import VISION
from architectures.qwen3_5_moe_text import TEXT
from architectures.qwen3_5_text import NAMED
from reference.specimen import Specimen, Variant


def build(settings):
    config = Qwen3_5MoeConfig(**settings, attn_implementation="eager", experts_implementation="eager")
    return Qwen3_5MoeForConditionalGeneration(config)


specimen = Specimen(
    # Its states fade slowly: where they fade faster, transformers' chunks are inexact themselves.
    seed=10,
    tiny={
        "text_config": TEXT,
        "vision_config": {**VISION, "model_type": "qwen3_5_moe_vision"},
        "tie_word_embeddings": False,
        "image_token_id": 47,
        "video_token_id": 46,
        "vision_start_token_id": 45,
        "vision_end_token_id": 44,
    },
    blocks="model.language_model.layers",
    build=build,
    variants={
        "qwen3_5_moe": Variant(gradients=NAMED, switches={"text_config": {**TEXT, "num_experts_per_tok": 3}}),
    },
)
