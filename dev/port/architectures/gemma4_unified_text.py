"""The text model of Gemma 4's unified form: Gemma 4's without inputs of single layers."""

from architectures.gemma4_text import TINY
from reference.specimen import Specimen, Variant

LEFT = ["hidden_size_per_layer_input", "vocab_size_per_layer_input", "use_double_wide_mlp"]

specimen = Specimen(
    tiny={name: value for name, value in TINY.items() if name not in LEFT},
    variants={
        "gemma4_unified_text": Variant(
            gradients=["model.embed_tokens.weight", "model.layers.[24].[!l]*", "model.norm.weight"],
            switches={"sliding_window": 4, "num_kv_shared_layers": 0},
        ),
    },
)
