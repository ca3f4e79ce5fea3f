"""What there is to know of a model type before its architecture is written: fields, tensors, modules, a first specimen.

The sizes of the first specimen are guesses by the fields' names: a family whose sizes depend on one another in its own
way needs a correction by hand. Not the fixture, which fixture.py makes from a specimen.
"""

import inspect
import json
import re
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
import transformers
from safetensors import safe_open
from transformers import CONFIG_MAPPING, PreTrainedConfig

from reference import observe, specimen as specimens, tiny_model
from reference.specimen import Specimen, Variant

# Small, even where heads are turned, and no two alike: then a shape says which field it comes from.
SIZES = {
    "attention_head_dim": 12, "attn_layer_offset": 1, "attn_layer_period": 2, "chunk_size": 8, "conv_L_cache": 3,
    "d_model": 32, "decoder_sparse_step": 1, "dim": 32, "expert_intermediate_size": 20, "ffn_dim": 56,
    "ffn_hidden_size": 56, "first_k_dense_replace": 1, "full_attention_interval": 4, "global_head_dim": 16,
    "head_dim": 12, "hidden_size": 32, "hidden_size_per_layer_input": 6, "intermediate_size": 56, "kv_lora_rank": 16,
    "laurel_rank": 5, "linear_conv_kernel_dim": 4, "linear_key_head_dim": 8, "linear_num_key_heads": 2,
    "linear_num_value_heads": 4, "linear_value_head_dim": 10, "mamba_d_head": 8, "mamba_d_ssm": 64,
    "mamba_d_state": 10, "mamba_head_dim": 8, "mamba_n_groups": 2, "mamba_n_heads": 8, "mamba_num_heads": 8,
    "max_position_embeddings": 64, "moe_intermediate_size": 20, "moe_k": 2, "moe_num_experts": 4,
    "moe_shared_expert_intermediate_size": 28, "n_ctx": 64, "n_embd": 32, "n_group": 2, "n_groups": 2, "n_head": 4,
    "n_inner": 56, "n_layer": 4, "n_positions": 64, "n_routed_experts": 4, "n_shared_experts": 1,
    "num_attention_heads": 4, "num_experts": 4, "num_experts_per_tok": 2, "num_heads": 8, "num_hidden_layers": 4,
    "num_key_value_heads": 2, "num_kv_heads": 2, "num_kv_shared_layers": 1, "num_layers": 4, "num_local_experts": 4,
    "q_lora_rank": 18, "qk_nope_head_dim": 8, "qk_rope_head_dim": 4, "rotary_dim": 4,
    "shared_expert_intermediate_size": 28, "shared_intermediate_size": 28, "sliding_window": 7, "ssm_state_size": 10,
    "state_size": 10, "top_k_experts": 2, "topk_group": 1, "v_head_dim": 12, "vocab_size": 96,
    "vocab_size_per_layer_input": 96,
}


def own_fields(config_class):
    """Fields with type and default, without those that every configuration has."""
    common = {field.name for field in fields(PreTrainedConfig)}
    for field in fields(config_class):
        if field.name in common:
            continue
        default = field.default if field.default_factory is MISSING else field.default_factory()
        kind = field.type.__name__ if isinstance(field.type, type) else re.sub(r"\b[a-z_]+\.", "", str(field.type))
        yield {"name": field.name, "type": kind, "default": repr(default)}


def is_on(defaults, name):
    try:
        return getattr(defaults, name) is not None
    except RuntimeError:  # says that it differs from layer to layer
        return True


def first_sizes(config_class):
    """Of the fields that say how large the model is, those that are on by default; of its parts too, where it has."""
    defaults = config_class()
    named = [field.name for field in fields(config_class)]
    sizes = {name: SIZES[name] for name in named if name in SIZES and is_on(defaults, name)}
    parts = {name: first_sizes(part) for name, part in config_class.sub_configs.items() if is_dataclass(part)}
    return {**sizes, **{name: part for name, part in parts.items() if part}}


def guesses(config_class):
    """Sizes to try, one after the other: in families some follow from others, or stand for a feature that is off."""
    first = first_sizes(config_class)
    if is_dataclass(config_class.sub_configs.get("text_config")):
        for text in guesses(config_class.sub_configs["text_config"]):
            yield {**first, "text_config": text}
        return
    named = {field.name for field in fields(config_class)}
    heads = first.get("num_attention_heads", 4)
    everything = {name: size for name, size in SIZES.items() if name in named}

    def changed(sizes, **changes):
        known = {name: size for name, size in changes.items() if name in named}
        return {name: size for name, size in {**sizes, **known}.items() if size is not None}

    yield first
    yield changed(first, head_dim=SIZES["head_dim"], num_key_value_heads=SIZES["num_key_value_heads"])
    yield changed(first, head_dim=None)
    yield changed(first, head_dim=first.get("hidden_size", 32) // heads)
    yield changed(first, num_key_value_heads=heads)
    yield changed(first, num_key_value_heads=heads, head_dim=None)
    yield changed(first, num_kv_shared_layers=0)
    for kind in ("linear_attention", "conv"):
        yield changed(first, layer_types=[kind, "full_attention"] * 2)
    yield everything
    yield changed(everything, num_key_value_heads=heads)


def first_specimen(model_type, config_class):
    """The first guess with which a model reads a text, at once and token by token; or the first, and what is wrong."""
    problems = []
    for tiny in guesses(config_class):
        specimen = Specimen(tiny=tiny, variants={model_type: Variant()})
        try:
            model = tiny_model.build(model_type, specimen, Variant())
            ids, *_ = tiny_model.rows(specimen, model.config.get_text_config().vocab_size)
            observe.layers(model, ids, specimen)
            observe.token_by_token(model, ids)
            return specimen, None
        except Exception as error:  # whatever a family's code says to sizes that it does not like
            problems.append(f"{type(error).__name__}: {str(error).strip()}")
    specimen = Specimen(tiny=first_sizes(config_class), variants={model_type: Variant()})
    return specimen, "; or ".join(dict.fromkeys(problems))


def shapes(model):
    """Tensors of the checkpoint as saved, in the order of the model where names are the same."""
    with TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        with safe_open(Path(folder) / "model.safetensors", "pt") as file:
            return [{"name": name, "shape": file.get_slice(name).get_shape()} for name in file.keys()]


def modules(blocks):
    """Modules of each block by path, with their class."""
    return [[{"path": path, "kind": type(module).__name__} for path, module in block.named_modules() if path]
            for block in blocks]


def path_of(model, wanted):
    return next(path for path, module in model.named_modules() if module is wanted)


def specimen_text(model_type, tiny, gradients):
    sizes = "\n".join(f"        {json.dumps(name)}: {json.dumps(value)}," for name, value in tiny.items())
    names = "\n".join(f"                {json.dumps(name)}," for name in gradients)
    return f'''"""{model_type}: say here which features of the family this configuration switches on."""

from reference.specimen import Specimen, Variant

specimen = Specimen(
    tiny={{
{sizes}
    }},
    variants={{
        "{model_type}": Variant(
            gradients=[
{names}
            ],
            # Features of the family that this configuration has, each with the value that takes it away.
            switches={{}},
        ),
    }},
)
'''


def gradients_of(blocks, tensors):
    """Names for the specimen: what is outside the blocks, and the last block of each kind."""
    outside = [tensor["name"] for tensor in tensors if not any(is_in(tensor, index, blocks) for index in blocks["of"])]
    kinds = {}
    for index in blocks["of"]:
        inside = tuple(sorted(tensor["name"].split(f".{index}.", 1)[1] for tensor in tensors
                              if is_in(tensor, index, blocks)))
        kinds[inside] = index
    return [*outside, *(f"{blocks['path']}.{index}.*" for index in kinds.values())]


def is_in(tensor, index, blocks):
    return tensor["name"].startswith(f"{blocks['path']}.{index}.")


def describe(model_type):
    torch.set_num_threads(1)
    config_class = CONFIG_MAPPING[model_type]
    found = {"transformers": transformers.__version__, "fields": list(own_fields(config_class)),
             "configuration": inspect.getsourcefile(config_class)}
    if model_type in specimens.known():
        specimen, problem = specimens.load(model_type), None
    else:
        specimen, problem = first_specimen(model_type, config_class)
    found |= {"tiny": dict(specimen.tiny), "problem": problem}
    if problem is not None:
        return {**found, "specimen": specimen_text(model_type, specimen.tiny, [])}
    model = tiny_model.build(model_type, specimen, next(iter(specimen.variants.values())))
    blocks = observe.blocks_of(model, specimen.blocks)
    tensors = shapes(model)
    at = {"path": path_of(model, blocks), "of": range(len(blocks))}
    return {**found, "modelClass": type(model).__name__, "source": inspect.getsourcefile(type(model)),
            "blockPath": at["path"], "modules": modules(blocks), "tensors": tensors,
            "specimen": specimen_text(model_type, specimen.tiny, gradients_of(at, tensors))}
