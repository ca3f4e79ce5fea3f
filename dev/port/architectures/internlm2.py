"""InternLM2, which transformers does not have: Llama's mathematics, as its published code has it, with its names.

Queries, keys and values are one tensor there: for each key head the rows of its queries, of its key and of its value.
"""

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from reference.sizes import DENSE, OTHER_ROPE
from reference.specimen import Specimen, Variant

NAMES = {
    "model.embed_tokens.": "model.tok_embeddings.",
    "lm_head.": "output.",
    ".self_attn.o_proj.": ".attention.wo.",
    ".mlp.gate_proj.": ".feed_forward.w1.",
    ".mlp.down_proj.": ".feed_forward.w2.",
    ".mlp.up_proj.": ".feed_forward.w3.",
    ".input_layernorm.": ".attention_norm.",
    ".post_attention_layernorm.": ".ffn_norm.",
}
KEY_HEADS = DENSE["num_key_value_heads"]


def renamed(name):
    for old, new in NAMES.items():
        name = name.replace(old, new)
    return name


def by_key_head(tensors, prefix, kind):
    """(key heads · (queries + key + value) · head size, …)."""
    parts = [tensors[f"{prefix}.{letter}_proj.{kind}"] for letter in "qkv"]
    heads = [part.reshape(KEY_HEADS, -1, *part.shape[1:]) for part in parts]
    return torch.cat(heads, 1).flatten(0, 1)


def as_published(tensors):
    written = {renamed(name): value for name, value in tensors.items()}
    for name in tensors:
        if ".self_attn.q_proj." in name:
            prefix, kind = name.split(".q_proj.")
            fused = f"{prefix.replace('self_attn', 'attention')}.wqkv.{kind}"
            written[fused] = by_key_head(tensors, prefix, kind)
    return {name: value for name, value in written.items() if ".self_attn." not in name}


def build(settings):
    config = LlamaConfig(**settings, attn_implementation="eager")
    return LlamaForCausalLM(config)


WRITTEN = {
    "model_type": "internlm2",
    "architectures": ["InternLM2ForCausalLM"],
    "attention_bias": None,
    "mlp_bias": None,
}

specimen = Specimen(
    tiny={**DENSE, "attention_bias": True},
    build=build,
    variants={
        "internlm2": Variant(
            gradients=["model.tok_embeddings.weight", "model.layers.1.*", "model.norm.weight", "output.weight"],
            written={**WRITTEN, "bias": True},
            rewrite=as_published,
            switches={"rms_norm_eps": 0.1, "rope_parameters": OTHER_ROPE, "hidden_act": "gelu"},
        ),
        "internlm2-plain": Variant(
            config={"attention_bias": False, "tie_word_embeddings": True, "num_hidden_layers": 1},
            written={**WRITTEN, "bias": False},
            rewrite=as_published,
        ),
    },
)
