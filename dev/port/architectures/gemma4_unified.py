"""Gemma 4's unified form with a tiny part that embeds pictures, of which only the text model is read here."""

from transformers import Gemma4UnifiedConfig, Gemma4UnifiedForConditionalGeneration

from architectures.gemma4_unified_text import specimen as text
from reference.specimen import Specimen, Variant

TEXT = {**text.tiny, "model_type": "gemma4_unified_text", "num_hidden_layers": 2, "num_kv_shared_layers": 0}
TEXT["layer_types"] = ["sliding_attention", "full_attention"]


def build(settings):
    return Gemma4UnifiedForConditionalGeneration(Gemma4UnifiedConfig(**settings, attn_implementation="eager"))


specimen = Specimen(
    tiny={"text_config": TEXT, "image_token_id": 97, "video_token_id": 98, "audio_token_id": 99},
    blocks="model.language_model.layers",
    build=build,
    variants={
        "gemma4_unified": Variant(
            gradients=["*language_model.embed_tokens.weight", "*language_model.layers.1.[!l]*"],
            switches={"text_config": {**TEXT, "sliding_window": 4}},
        ),
    },
)
