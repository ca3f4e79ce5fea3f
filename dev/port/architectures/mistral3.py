"""Mistral 3 with a tiny part that reads pictures: Mistral's text model, and Ministral's, of which only that is read."""

from transformers import Mistral3Config, Mistral3ForConditionalGeneration

from reference.sizes import DENSE
from reference.specimen import Specimen, Variant

MISTRAL = {**DENSE, "model_type": "mistral", "head_dim": 12, "sliding_window": 6}
YARN = {
    "rope_type": "yarn",
    "rope_theta": 1000.0,
    "factor": 8.0,
    "original_max_position_embeddings": 5,
    "beta_fast": 4.0,
    "beta_slow": 1.0,
    "mscale": 1.0,
    "mscale_all_dim": 0.5,
    "llama_4_scaling_beta": 0.3,
}
MINISTRAL = {
    **DENSE,
    "model_type": "ministral3",
    "num_hidden_layers": 1,
    "head_dim": 12,
    "tie_word_embeddings": True,
    "rope_parameters": YARN,
}
VISION = {
    "model_type": "pixtral",
    "hidden_size": 8,
    "intermediate_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 1,
    "image_size": 8,
    "patch_size": 4,
}


def build(settings):
    return Mistral3ForConditionalGeneration(Mistral3Config(**settings, attn_implementation="eager"))


specimen = Specimen(
    tiny={"text_config": MISTRAL, "vision_config": VISION, "image_token_index": 47, "tie_word_embeddings": False},
    blocks="model.language_model.layers",
    build=build,
    variants={
        "mistral3": Variant(
            gradients=[
                "*language_model*embed_tokens.weight",
                "*language_model*layers.1.*",
                "*language_model*norm.weight",
                "*lm_head.weight",
            ],
            switches={"text_config": {**MISTRAL, "sliding_window": None}},
        ),
        "mistral3-ministral": Variant(config={"text_config": MINISTRAL, "tie_word_embeddings": True}),
    },
)
