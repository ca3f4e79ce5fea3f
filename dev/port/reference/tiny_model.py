"""A tiny random model as transformers builds it: the same bits wherever and whenever it is made.

Not its outputs, and not a file.
"""

import math
import zlib
from fnmatch import fnmatch

import numpy
import torch
from transformers import AutoConfig, AutoModelForCausalLM

from reference.specimen import Specimen, Variant

# Neither is in the tiny vocabularies by default, and a padding token's embedding would get no gradient.
TOKENS = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": None}
# Elements of a tensor.
LARGEST = 100_000


def made(model_type, specimen: Specimen, variant: Variant):
    """The model with the weights that its class starts with, on the device that is current."""
    settings = {**TOKENS, **specimen.tiny, **variant.config}
    if specimen.build is not None:
        return specimen.build(settings).float().eval()
    config = AutoConfig.for_model(model_type, **settings)
    # Written out step by step: no kernel that sums in an order of its own, or that knows fewer features.
    return AutoModelForCausalLM.from_config(
        config, attn_implementation="eager", experts_implementation="eager", dtype=torch.float32).eval()


def require_small(model_type, specimen: Specimen, variant: Variant):
    """A size that a specimen forgets is the family's own, and would fill the memory: built without memory first."""
    with torch.device("meta"):
        model = made(model_type, specimen, variant)
    large = [f"{name} {tuple(value.shape)}" for name, value in model.named_parameters() if value.numel() > LARGEST]
    if large:
        raise ValueError(f"{len(large)} tensors are not tiny, first {large[0]}: name that size")


def build(model_type, specimen: Specimen, variant: Variant):
    """The model in float32 and evaluation mode; vectors start the same each time."""
    require_small(model_type, specimen, variant)
    torch.manual_seed(specimen.seed)
    return made(model_type, specimen, variant)


def stored(model):
    """Floating tensors that a checkpoint holds, by name, each once though it be tied."""
    parameters = dict(model.named_parameters())
    kept = model.state_dict().keys()
    buffers = {name: value for name, value in model.named_buffers() if name in kept and value.is_floating_point()}
    return {**parameters, **buffers}


def draw(model, specimen: Specimen):
    """Weights large enough that every part of the model shows in the logits: the classes' own are nearly flat.

    Matrices are random; vectors (norms, biases, gates) stay near what they start with, each element another. In steps
    of 1/64, so that files pack well and no number is so small that half precision rounds it away.
    """
    with torch.no_grad():
        for name, value in stored(model).items():
            if any(fnmatch(name, pattern) for pattern in specimen.fixed):
                continue
            generator = numpy.random.default_rng([specimen.seed, zlib.crc32(name.encode())])
            steps = numpy.asarray(numpy.rint(64 * generator.standard_normal(tuple(value.shape))))
            noise = torch.from_numpy(steps).float() / 64
            if value.ndim < 2 or any(fnmatch(name, pattern) for pattern in specimen.near_initial):
                value.add_(noise * 0.1)
            else:
                value.copy_(noise / math.sqrt(value.shape[-1]))
    return model


def rows(specimen: Specimen, vocabulary: int):
    """Token ids, the targets of the loss and the weight of each, all (2, length)."""
    generator = numpy.random.default_rng(specimen.seed)
    shape = (2, specimen.length)
    ids = torch.from_numpy(generator.integers(0, vocabulary, shape))
    targets = torch.from_numpy(generator.integers(0, vocabulary, shape))
    weights = torch.from_numpy(generator.choice(numpy.float32([0.0, 1.0, 0.5]), shape))
    return ids, targets, weights
