"""Gemma 3n: three states a token, gates of which most become zero, keys that the last two layers read of those below."""

from reference.sizes import DENSE
from reference.specimen import Specimen, Variant

FULL = {"rope_type": "default", "rope_theta": 1000.0}
SLIDING = {"rope_type": "default", "rope_theta": 100.0}

TINY = {
    **DENSE,
    "num_hidden_layers": 4,
    "intermediate_size": [40, 36, 40, 44],
    "head_dim": 12,
    "tie_word_embeddings": True,
    "layer_types": ["sliding_attention", "full_attention"] * 2,
    "num_kv_shared_layers": 2,
    "sliding_window": 6,
    "hidden_size_per_layer_input": 6,
    "vocab_size_per_layer_input": 40,
    "altup_num_inputs": 3,
    "altup_active_idx": 1,
    "laurel_rank": 5,
    "activation_sparsity_pattern": [0.6, 0.0, 0.0, 0.8],
    "final_logit_softcapping": 4.0,
    "rope_parameters": {"full_attention": FULL, "sliding_attention": SLIDING},
}

specimen = Specimen(
    tiny=TINY,
    has_states=True,
    variants={
        "gemma3n_text": Variant(
            gradients=["model.embed_tokens*", "model.altup*", "model.per_layer*", "model.layers.[13].*", "model.norm*"],
            switches={
                "rms_norm_eps": 0.1,
                "sliding_window": 4,
                "final_logit_softcapping": 1000.0,
                "hidden_activation": "silu",
                "rope_parameters": {"full_attention": SLIDING, "sliding_attention": SLIDING},
                "num_kv_shared_layers": 0,
                "altup_active_idx": 0,
                "altup_correct_scale": False,
                "activation_sparsity_pattern": [0.0, 0.0, 0.0, 0.0],
            },
        ),
        "gemma3n_text-old-style": Variant(
            weights_of="gemma3n_text",
            written={"rope_parameters": None, "rope_theta": 1000.0, "rope_local_base_freq": 100.0},
        ),
    },
)
