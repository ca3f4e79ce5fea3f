"""Sizes that tiny decoders of the usual keys share: no two alike, so that a shape says which field it comes from.

Not a specimen: those are ../architectures.
"""

DENSE = {
    "vocab_size": 48,
    "hidden_size": 32,
    "intermediate_size": 40,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
    "tie_word_embeddings": False,
}

# Of checkpoints with the usual names: what is outside the blocks, and the second block.
GRADIENTS = ["model.embed_tokens.weight", "model.layers.1.*", "model.norm.weight", "lm_head.weight"]

ROPE = {"rope_type": "default", "rope_theta": 10000.0}
# Turns faster: another base.
OTHER_ROPE = {"rope_type": "default", "rope_theta": 100.0}
