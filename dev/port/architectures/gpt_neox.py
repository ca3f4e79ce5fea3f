"""GPT-NeoX: half of each head turned, halves side by side; one after the other, without biases in attention; tied."""

from reference.sizes import DENSE, OTHER_ROPE
from reference.specimen import Specimen, Variant

ROPE = {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5}
TINY = {name: value for name, value in DENSE.items() if name != "num_key_value_heads"}

specimen = Specimen(
    tiny={**TINY, "rope_parameters": ROPE},
    variants={
        "gpt_neox": Variant(
            gradients=["gpt_neox.embed_in.weight", "gpt_neox.layers.1.*", "gpt_neox.final_layer_norm.*", "*embed_out.*"],
            switches={
                "layer_norm_eps": 0.1,
                "rope_parameters": {**OTHER_ROPE, "partial_rotary_factor": 0.5},
                "use_parallel_residual": False,
                "attention_bias": False,
                "hidden_act": "relu",
            },
        ),
        "gpt_neox-sequential": Variant(
            config={
                "use_parallel_residual": False,
                "attention_bias": False,
                "tie_word_embeddings": True,
                "num_hidden_layers": 1,
            },
            written={"rope_parameters": None, "rotary_pct": 0.5, "rotary_emb_base": 10000},
            switches={"use_parallel_residual": True},
        ),
    },
)
