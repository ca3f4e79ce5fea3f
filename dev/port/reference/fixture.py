"""Writes a fixture: a model folder as people have it, and what transformers computes with that model.

expected.safetensors: ids, targets, weights (of the loss), logits, cached (the logits token by token), greedy (tokens
that follow the first ids), loss,
layer:NAME for embedding, blocks and norm, gradient:NAME for some parameters, by the checkpoint's names. Its metadata
hold the specimen's switches and the versions that made it.
trace.safetensors: also every module inside the blocks; too much to commit.
from.json: the weights are those of another fixture. Not the comparison, which is ../compare.ts and its neighbours.
"""

import copy
import json
import shutil
from dataclasses import replace
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file

from reference import observe, tiny_model
from reference.specimen import Specimen, Variant

# Of the largest logit: far more than two libraries differ by.
VISIBLE = 1e-3
# Of the largest logit: more than the same sums in another order, also where decoding has another algorithm.
CONTRADICTION = 1e-4
# Tokens of the text that is gone on with, and how many follow.
PROMPT, FOLLOWING = 5, 32


def contiguous(tensors):
    return {name: value.detach().clone().contiguous() for name, value in tensors.items()}


def saved(folder: Path, model, variant: Variant):
    """Writes the checkpoint. What is stored in half precision is rounded in the model too."""
    writer = model
    if variant.dtype != "float32":
        dtype = getattr(torch, variant.dtype)
        with torch.no_grad():
            for value in tiny_model.stored(model).values():
                value.copy_(value.to(dtype))
        writer = copy.deepcopy(model).to(dtype)
    writer.save_pretrained(folder, **variant.save)
    (folder / "generation_config.json").unlink(missing_ok=True)
    weights = folder / "model.safetensors"
    if variant.rewrite is not None:
        save_file(contiguous(variant.rewrite(load_file(weights))), weights, metadata={"format": "pt"})


def with_weights_of(folder: Path, model, variant: Variant, source):
    """Another configuration of a model that is stored already."""
    model.load_state_dict(source.state_dict())
    model.save_pretrained(folder)
    for file in folder.iterdir():
        if file.name != "config.json":
            file.unlink()
    (folder / "from.json").write_text(json.dumps({"weights": variant.weights_of}) + "\n")


def as_written(folder: Path, variant: Variant):
    path = folder / "config.json"
    config = {**json.loads(path.read_text()), **variant.written}
    config = {key: value for key, value in config.items() if value is not None or key not in variant.written}
    path.write_text(json.dumps(config, indent=2) + "\n")


def share(difference, logits):
    return (difference.abs().max() / logits.abs().max()).item()


def cached_logits(model, ids, logits, variant: Variant):
    """Token by token; where transformers contradicts itself, and the specimen says why, the logits of one pass."""
    cached = observe.token_by_token(model, ids)
    distance = share(cached - logits, logits)
    if distance > CONTRADICTION and not variant.cached_differs:
        raise ValueError(f"token by token departs from one pass by {distance:.1e}: say why in cached_differs")
    return logits if distance > CONTRADICTION else cached


def require_visible(model_type, specimen: Specimen, variant: Variant, model, logits, ids):
    """Refuses a feature that changes nothing, for then nothing tests it: a window longer than the text, say."""
    for key, value in variant.switches.items():
        without = tiny_model.build(model_type, specimen, replace(variant, config={**variant.config, key: value}))
        without.load_state_dict(model.state_dict(), strict=False)
        with torch.no_grad():
            moved = without(input_ids=ids, use_cache=False).logits - logits
        distance = share(moved, logits)
        if not distance > VISIBLE:
            raise ValueError(f"{key} = {value} moves the logits by {distance:.1e} only: the specimen does not test it")


def version_of(library):
    """Without what the build adds: the numbers are the same on every system."""
    return library.__version__.split("+")[0]


def is_part(name):
    return "/" in name or ":" in name


def write_expected(folder: Path, model_type, model, specimen: Specimen, variant: Variant):
    ids, targets, weights = tiny_model.rows(specimen, model.config.get_text_config().vocab_size)
    layers, logits = observe.layers(model, ids, specimen)
    require_visible(model_type, specimen, variant, model, logits, ids)
    expected = {"ids": ids.int(), "targets": targets.int(), "weights": weights, "logits": logits,
                "cached": cached_logits(model, ids, logits, variant),
                "greedy": observe.greedy(model, ids[:, :PROMPT], FOLLOWING).int()}
    expected.update({f"layer:{name}": value for name, value in layers.items() if not is_part(name)})
    made_with = {"torch": version_of(torch), "transformers": version_of(transformers), "seed": str(specimen.seed),
                 "switches": json.dumps(dict(variant.switches))}
    save_file(contiguous(layers), folder / "trace.safetensors")
    model.zero_grad()
    loss = observe.loss_of(model, ids, targets, weights)
    expected["loss"] = loss
    if variant.gradients:
        loss.backward()
        found = observe.gradients(model, variant.gradients, variant.rewrite)
        expected.update({f"gradient:{name}": value for name, value in found.items()})
    save_file(contiguous(expected), folder / "expected.safetensors", metadata=made_with)


def make(model_type, specimen: Specimen, out: Path):
    """Every variant, each in a folder of `out`; returns what was made, for people."""
    torch.set_num_threads(1)
    models, made = {}, []
    for name, variant in specimen.variants.items():
        folder = out / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        model = tiny_model.build(model_type, specimen, variant)
        if variant.weights_of is None:
            saved(folder, tiny_model.draw(model, specimen), variant)
            models[name] = tiny_model.build(model_type, specimen, variant)
            models[name].load_state_dict(model.state_dict())
        else:
            with_weights_of(folder, model, variant, models[variant.weights_of])
        as_written(folder, variant)
        write_expected(folder, model_type, model, specimen, variant)
        made.append(name)
    return {"fixtures": made, "seed": specimen.seed, "transformers": version_of(transformers),
            "torch": version_of(torch)}
