"""Falcon: as the first 7B model, as the 40B with two norms, as the 11B with one, one half after the other, with slopes."""

from transformers import FalconConfig, FalconForCausalLM

from reference.sizes import DENSE, OTHER_ROPE
from reference.specimen import Specimen, Variant

TINY = {name: DENSE[name] for name in ["vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads"]}


def build(settings):
    """transformers' attention that is written out adds slopes twice; the one that it takes by itself adds them once."""
    kind = "sdpa" if settings.get("alibi") else "eager"
    return FalconForCausalLM(FalconConfig(**settings, attn_implementation=kind)).eval()


specimen = Specimen(
    build=build,
    tiny={**TINY, "ffn_hidden_size": 40, "max_position_embeddings": 64},
    variants={
        "falcon": Variant(
            config={"bias": True},
            gradients=["transformer.word_embeddings.weight", "transformer.h.1.*", "transformer.ln_f.*"],
            switches={
                "layer_norm_epsilon": 0.1,
                "rope_parameters": OTHER_ROPE,
                "bias": False,
                "activation": "relu",
            },
        ),
        "falcon-new": Variant(
            config={"new_decoder_architecture": True, "num_kv_heads": 2, "num_hidden_layers": 1},
        ),
        "falcon-new-one-norm": Variant(
            config={
                "new_decoder_architecture": True,
                "num_kv_heads": 2,
                "num_ln_in_parallel_attn": 1,
                "tie_word_embeddings": False,
                "num_hidden_layers": 1,
            },
        ),
        "falcon-sequential": Variant(
            config={"multi_query": False, "parallel_attn": False, "num_hidden_layers": 1},
            switches={"parallel_attn": True},
        ),
        # So many heads that their slopes are none that bfloat16 has.
        "falcon-alibi": Variant(
            config={"alibi": True, "num_attention_heads": 16, "num_hidden_layers": 1},
            switches={"alibi": False},
        ),
    },
)
