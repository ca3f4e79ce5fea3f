"""Gemma 3 with a tiny part that reads pictures, of which only the text model is read here."""

from reference.sizes import DENSE
from reference.specimen import Specimen, Variant

FULL = {"rope_type": "linear", "factor": 8.0, "rope_theta": 1000.0}
SLIDING = {"rope_type": "default", "rope_theta": 100.0}
TEXT = {
    **DENSE,
    "head_dim": 12,
    "tie_word_embeddings": True,
    "sliding_window": 6,
    "sliding_window_pattern": 2,
    "query_pre_attn_scalar": 9,
    "rope_parameters": {"full_attention": FULL, "sliding_attention": SLIDING},
}
VISION = {
    "model_type": "siglip_vision_model",
    "hidden_size": 8,
    "intermediate_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 1,
    "image_size": 8,
    "patch_size": 4,
}


def as_modules(tensors):
    """Under the names that the modules have since transformers 5; what it writes has those of before."""
    names = {"language_model.model.": "model.language_model.", "vision_tower.": "model.vision_tower."}
    for old, new in names.items():
        tensors = {name.replace(old, new): value for name, value in tensors.items()}
    return tensors


specimen = Specimen(
    tiny={
        "text_config": TEXT,
        "vision_config": VISION,
        "mm_tokens_per_image": 1,
        "image_token_index": 47,
        "boi_token_index": 46,
        "eoi_token_index": 45,
    },
    blocks="model.language_model.layers",
    variants={
        "gemma3": Variant(
            gradients=[
                "*language_model*embed_tokens.weight",
                "*language_model*layers.1.*",
                "*language_model*norm.weight",
            ],
            switches={"text_config": {**TEXT, "sliding_window": 4}},
        ),
        "gemma3-as-modules": Variant(rewrite=as_modules),
        "gemma3-untied": Variant(config={"tie_word_embeddings": False, "text_config": {**TEXT, "num_hidden_layers": 1}}),
    },
)
