"""Qwen3.5 with a tiny part that reads pictures, of which only the text model is read here."""

from transformers import Qwen3_5Config, Qwen3_5ForConditionalGeneration

from architectures.qwen3_5_text import NAMED, TINY
from reference.specimen import Specimen, Variant

VISION = {
    "model_type": "qwen3_5_vision",
    "depth": 1,
    "hidden_size": 8,
    "intermediate_size": 8,
    "num_heads": 2,
    "patch_size": 4,
    "out_hidden_size": 32,
    "num_position_embeddings": 16,
}


def build(settings):
    return Qwen3_5ForConditionalGeneration(Qwen3_5Config(**settings, attn_implementation="eager"))


specimen = Specimen(
    # Its states fade slowly: where they fade faster, transformers' chunks are inexact themselves.
    seed=45,
    tiny={
        "text_config": TINY,
        "vision_config": VISION,
        "tie_word_embeddings": False,
        "image_token_id": 47,
        "video_token_id": 46,
        "vision_start_token_id": 45,
        "vision_end_token_id": 44,
    },
    blocks="model.language_model.layers",
    build=build,
    variants={
        "qwen3_5": Variant(gradients=NAMED, switches={"text_config": {**TINY, "rms_norm_eps": 0.5}}),
        "qwen3_5-tied": Variant(config={"tie_word_embeddings": True}),
    },
)
