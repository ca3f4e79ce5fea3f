"""What transformers computes with a model: layers, logits, token by token through a cache, gradients.

Not what is kept of it, and not how the model was made.
"""

import tempfile
from fnmatch import fnmatch
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch.nn import Module, ModuleList
from torch.nn.functional import cross_entropy


def first_tensor(value):
    """A module's result, where it returns more than one thing."""
    if isinstance(value, torch.Tensor):
        return value
    if isinstance(value, dict):
        value = tuple(value.values())
    return first_tensor(value[0]) if isinstance(value, (tuple, list)) and value else None


def blocks_of(model: Module, path: str | None) -> ModuleList:
    if path is not None:
        return model.get_submodule(path)
    count = model.config.get_text_config().num_hidden_layers
    for module in model.modules():
        if isinstance(module, ModuleList) and len(module) == count:
            return module
    raise LookupError(f"no list of {count} modules: name the blocks in the specimen")


class Layers:
    """Results of modules while it is entered, in the order in which they are ready.

    `embedding` is what the first block reads, `blocks.N` what a block gives, `norm` what the head reads. Inside a
    block, `blocks.N:input` and `blocks.N/PATH` for each module; a module that runs again is `PATH@2`.
    """

    def __init__(self, model: Module, blocks: ModuleList, has_states: bool):
        self.found: dict[str, torch.Tensor] = {}
        self.has_states = has_states
        self.model = model
        self.blocks = blocks
        self.hooks = []

    def keep(self, name, value):
        value = first_tensor(value)
        if value is None or not value.is_floating_point():
            return
        if self.has_states and value.ndim == 4 and "/" not in name:
            value = value.permute(1, 2, 0, 3).flatten(2)
        again = 2
        base = name
        while name in self.found:
            name = f"{base}@{again}"
            again += 1
        self.found[name] = value.detach().clone()

    def watch(self, module, name):
        self.hooks.append(module.register_forward_hook(lambda _module, _args, result: self.keep(name, result)))

    def watch_input(self, module, name, once=False):
        def hook(_module, args, kwargs):
            if once and name in self.found:
                return
            self.keep(name, args[0] if args else kwargs.get("hidden_states"))

        self.hooks.append(module.register_forward_pre_hook(hook, with_kwargs=True))

    def __enter__(self):
        self.watch_input(self.blocks[0], "embedding")
        for index, block in enumerate(self.blocks):
            self.watch_input(block, f"blocks.{index}:input")
            for path, module in block.named_modules():
                self.watch(module, f"blocks.{index}/{path}" if path else f"blocks.{index}")
        if self.model.base_model is not self.model:
            self.watch(self.model.base_model, "norm")
        # Some call a part of their base model, and never itself, or are it.
        self.watch_input(self.model.get_output_embeddings(), "norm", once=True)
        return self.found

    def __exit__(self, *_):
        for hook in self.hooks:
            hook.remove()


def layers(model, ids, specimen):
    """Layers by name, and the logits."""
    with torch.no_grad(), Layers(model, blocks_of(model, specimen.blocks), specimen.has_states) as found:
        logits = model(input_ids=ids, use_cache=False).logits
    return found, logits


def token_by_token(model, ids):
    """Logits (batch, length, vocabulary) of a model that is given one token at a time."""
    state, steps = {}, []
    with torch.no_grad():
        for at in range(ids.shape[1]):
            out = model(input_ids=ids[:, at : at + 1], use_cache=True, **state)
            steps.append(out.logits)
            # State models name their cache otherwise.
            name = "cache_params" if getattr(out, "cache_params", None) is not None else "past_key_values"
            state = {name: out[name]}
    return torch.cat(steps, 1)


def greedy(model, ids, count):
    """The most likely token after each text, `count` times over, (batch, count); every text is read anew."""
    with torch.no_grad():
        for _ in range(count):
            following = model(input_ids=ids, use_cache=False).logits[:, -1].argmax(-1, keepdim=True)
            ids = torch.cat([ids, following], 1)
    return ids[:, -count:]


def loss_of(model, ids, targets, weights):
    """Cross-entropy of each token, weighted, over the sum of the weights."""
    logits = model(input_ids=ids, use_cache=False).logits.float()
    losses = cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
    return (losses * weights.flatten()).sum() / weights.sum()


def gradients(model, patterns, rewrite=None):
    """After backward(): gradients by the checkpoint's names and in its layout. The model's weights are gone then.

    Saving gradients in the place of weights lets transformers rename, split and transpose them as it does weights.
    """
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.zeros_like(parameter) if parameter.grad is None else parameter.grad)
        for buffer in model.buffers():
            buffer.zero_()
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        stored = load_file(Path(folder) / "model.safetensors")
    stored = stored if rewrite is None else rewrite(stored)
    return {name: value for name, value in stored.items() if any(fnmatch(name, pattern) for pattern in patterns)}
