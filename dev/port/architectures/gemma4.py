"""Gemma 4 with tiny parts that read pictures and sound, of which only the text model is read here."""

from transformers import Gemma4Config, Gemma4ForConditionalGeneration

from architectures.gemma4_text import TINY
from reference.specimen import Specimen, Variant

TEXT = {**TINY, "model_type": "gemma4_text", "num_hidden_layers": 3, "num_kv_shared_layers": 1}
TEXT["layer_types"] = ["sliding_attention", "full_attention", "full_attention"]
VISION = {
    "model_type": "gemma4_vision",
    "hidden_size": 8,
    "intermediate_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 1,
    "num_key_value_heads": 1,
    "head_dim": 8,
    "position_embedding_size": 16,
    "patch_size": 2,
}


def build(settings):
    return Gemma4ForConditionalGeneration(Gemma4Config(**settings, attn_implementation="eager"))


specimen = Specimen(
    seed=21,
    tiny={"text_config": TEXT, "vision_config": VISION, "image_token_id": 97, "video_token_id": 98, "audio_token_id": 99},
    blocks="model.language_model.layers",
    build=build,
    variants={
        "gemma4": Variant(
            gradients=["*language_model.embed_tokens.weight", "*language_model.layers.1.[!l]*"],
            switches={"text_config": {**TEXT, "sliding_window": 4}},
        ),
    },
)
