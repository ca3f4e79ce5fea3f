"""Adapters of tiny models in mlx-lm and in PEFT: loads ours, trains and saves its own, prints the logits of each.

Called by families.test.ts with a file of jobs: folders of base models, of our adapters, and where its own go. Tensors
change names and sides here, as the documents of neither tool say: A and B are transposed, experts stacked otherwise.
"""

import json
import sys
import traceback
from pathlib import Path

import numpy
from safetensors.numpy import load_file, save_file

RANK, SCALE, STEPS, RATE = 4, 2.0, 5, 0.01


def ids_of(job):
    return numpy.array(job["ids"], dtype=numpy.int32)


# mlx-lm


def mlx_model(folder, adapter=None):
    from mlx_lm.utils import load_adapters, load_model

    model, _ = load_model(Path(folder))
    model = model if adapter is None else load_adapters(model, adapter)
    model.eval()
    return model


def mlx_logits(model, ids):
    import mlx.core as mx

    return model(mx.array(ids)).astype(mx.float32).tolist()


def train_mlx(base, ids, out):
    import mlx.core as mx
    import mlx.nn as nn
    import mlx.optimizers as optimizers
    from mlx.utils import tree_flatten
    from mlx_lm.tuner.utils import linear_to_lora_layers

    mx.random.seed(0)
    model = mlx_model(base)
    model.freeze()
    parameters = {"rank": RANK, "scale": SCALE, "dropout": 0.0}
    linear_to_lora_layers(model, len(model.layers), parameters)
    tokens = mx.array(ids)

    def loss_of(model, tokens):
        logits = model(tokens[:, :-1]).astype(mx.float32)
        return nn.losses.cross_entropy(logits, tokens[:, 1:]).mean()

    optimizer = optimizers.Adam(RATE)
    step = nn.value_and_grad(model, loss_of)
    for _ in range(STEPS):
        _, gradients = step(model, tokens)
        optimizer.update(model, gradients)
        mx.eval(model.parameters(), optimizer.state)
    out.mkdir(parents=True)
    mx.save_safetensors(str(out / "adapters.safetensors"), dict(tree_flatten(model.trainable_parameters())))
    config = {"fine_tune_type": "lora", "num_layers": len(model.layers), "lora_parameters": parameters}
    (out / "adapter_config.json").write_text(json.dumps(config))
    return mlx_logits(mlx_model(base, str(out)), ids)


# PEFT


def torch_model(folder):
    import torch
    from transformers import AutoModelForCausalLM

    model, report = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", experts_implementation="eager",
        output_loading_info=True)
    assert not report["missing_keys"] and not report["unexpected_keys"], report
    return model.eval()


def torch_logits(model, ids):
    import torch

    with torch.no_grad():
        return model(input_ids=torch.tensor(ids).long()).logits.tolist()


def expert_names(model):
    """Parameters that hold all experts of a layer, in the order in which PEFT wraps them."""
    return sorted({name.split(".experts.")[1] for name, _ in model.named_parameters() if ".experts." in name})


def with_peft(model, rank, targets):
    import peft

    names = expert_names(model)
    return peft.get_peft_model(model, peft.LoraConfig(
        r=rank, lora_alpha=SCALE * rank, lora_dropout=0.0, target_modules=targets,
        target_parameters=[f"experts.{name}" for name in names] or None))


def parts_of(model):
    """(module's name, parameter's name or None, layer) of everything that carries an adapter."""
    from peft.tuners.lora.layer import LoraLayer

    for name, layer in model.named_modules():
        if not isinstance(layer, LoraLayer):
            continue
        module = name.removeprefix("base_model.model.").replace(".base_layer", "")
        yield module, getattr(layer, "parameter_name", None), layer


def widened(a, b, rank):
    """Of a higher rank, with zeros. a (..., rank, in), b (..., out, rank)."""
    more = rank - a.shape[-2]
    none = [(0, 0)] * (a.ndim - 2)
    return numpy.pad(a, [*none, (0, more), (0, 0)]), numpy.pad(b, [*none, (0, 0), (0, more)])


def fused(gate, up):
    """Factors of gate and up, one below the other: of both ranks together."""
    (a, b), (c, d) = gate, up
    upper = numpy.concatenate([b, numpy.zeros_like(d)], -1)
    lower = numpy.concatenate([numpy.zeros_like(b), d], -1)
    return numpy.concatenate([a, c], -2), numpy.concatenate([upper, lower], -2)


def own_factors(tensors, module, parameter):
    """Of our file: a (rank, in), b (out, rank), or with a first axis of experts; None where there is no adapter."""
    def pair(name):
        if f"{name}.lora_a" not in tensors:
            return None
        a, b = tensors[f"{name}.lora_a"], tensors[f"{name}.lora_b"]
        return (a.T, b.T) if a.ndim == 2 else (a, b)

    if parameter is None:
        return pair(module)
    stack = module.replace(".experts", ".switch_mlp")
    if parameter == "gate_up_proj":
        return fused(pair(f"{stack}.gate_proj"), pair(f"{stack}.up_proj"))
    return pair(f"{stack}.{parameter}")


def ours_in_peft(base, adapter, ids, out):
    import peft
    import torch

    tensors = load_file(Path(adapter) / "adapters.safetensors")
    targets = sorted({name.removesuffix(".lora_a") for name in tensors if name.endswith(".lora_a")})
    model = torch_model(base)
    rank = 2 * RANK if expert_names(model) else RANK
    model = with_peft(model, rank, [name for name in targets if ".switch_mlp." not in name])
    carried = 0
    with torch.no_grad():
        for module, parameter, layer in parts_of(model):
            rank, scale = layer.r["default"], layer.scaling["default"]
            a, b = widened(*own_factors(tensors, module, parameter), rank)
            b = b * (SCALE / scale)
            if a.ndim == 3:
                experts, _, inputs = a.shape
                a, b = a.reshape(experts * rank, inputs), b.transpose(1, 2, 0).reshape(b.shape[1], rank * experts)
            layer.lora_A["default"].weight.copy_(torch.from_numpy(numpy.ascontiguousarray(a)))
            layer.lora_B["default"].weight.copy_(torch.from_numpy(numpy.ascontiguousarray(b)))
            carried += 2 if parameter == "gate_up_proj" else 1
    assert carried == len(targets), f"{carried} of {len(targets)} adapters have a place in PEFT"
    model.save_pretrained(out)
    loaded = peft.PeftModel.from_pretrained(torch_model(base), out)
    return torch_logits(loaded.eval(), ids)


def from_peft(model, out, blocks):
    """PEFT's adapter in mlx-lm's layout, which is ours."""
    tensors, keys = {}, set()
    # experts' gate and up, which are one parameter there, have twice the rank: then all get it
    rank = max(layer.r["default"] for _, _, layer in parts_of(model))

    def put(name, a, b):
        """a (..., rank, in), b (..., out, rank)."""
        a, b = widened(a, b, rank)
        a, b = (a.T, b.T) if a.ndim == 2 else (a, b)
        tensors[f"{name}.lora_a"], tensors[f"{name}.lora_b"] = numpy.ascontiguousarray(a), numpy.ascontiguousarray(b)
        keys.add(name.split(f"{blocks}.")[1].split(".", 1)[1])

    for module, parameter, layer in parts_of(model):
        a, b = (part["default"].weight.detach().numpy() for part in (layer.lora_A, layer.lora_B))
        b = b * (layer.scaling["default"] / SCALE)
        # a router's weight is a parameter too
        if parameter in (None, "weight"):
            put(module, a, b)
            continue
        stack, experts = module.replace(".experts", ".switch_mlp"), layer.num_experts
        a = a.reshape(experts, -1, a.shape[-1])
        b = b.reshape(b.shape[0], -1, experts).transpose(2, 0, 1)
        halves = {"gate_proj": b[:, : b.shape[1] // 2], "up_proj": b[:, b.shape[1] // 2 :]}
        for name, half in (halves if parameter == "gate_up_proj" else {parameter: b}).items():
            put(f"{stack}.{name}", a, half)
    out.mkdir(parents=True)
    save_file(tensors, out / "adapters.safetensors")
    parameters = {"rank": rank, "scale": SCALE, "dropout": 0.0, "keys": sorted(keys)}
    config = {"fine_tune_type": "lora", "num_layers": -1, "lora_parameters": parameters}
    (out / "adapter_config.json").write_text(json.dumps(config))


def train_peft(base, ids, out, blocks, targets):
    import peft
    import torch

    torch.manual_seed(0)
    model = with_peft(torch_model(base), RANK, targets)
    tokens = torch.tensor(ids).long()
    optimizer = torch.optim.Adam([value for value in model.parameters() if value.requires_grad], RATE)
    for _ in range(STEPS):
        logits = model(input_ids=tokens[:, :-1]).logits
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.save_pretrained(out / "peft")
    loaded = peft.PeftModel.from_pretrained(torch_model(base), out / "peft").eval()
    from_peft(loaded, out / "mlx", blocks)
    return torch_logits(loaded, ids)


def in_mlx(job, found):
    base, ids = job["base"], ids_of(job)
    found["mlx base"] = mlx_logits(mlx_model(base), ids)
    found["ours in mlx"] = mlx_logits(mlx_model(base, job["ours"]), ids)
    found["of mlx"] = train_mlx(base, ids, Path(job["out"]) / "of-mlx")


def in_peft(job, found):
    base, ids, out = job["base"], ids_of(job), Path(job["out"])
    found["peft base"] = torch_logits(torch_model(base), ids)
    found["ours in peft"] = ours_in_peft(base, job["ours"], ids, out / "ours-peft")
    found["of peft"] = train_peft(base, ids, out / "of-peft", job["blocks"], job["targets"])


def main(file):
    import mlx.core as mx

    mx.set_default_device(mx.cpu)
    for job in json.loads(Path(file).read_text()):
        found, errors = {}, {}
        for peer, work in {"mlx": in_mlx, "peft": in_peft}.items():
            try:
                if peer in job["peers"]:
                    work(job, found)
            except Exception:
                errors[peer] = traceback.format_exc()
        print(json.dumps({"name": job["name"], "logits": found, "errors": errors}), flush=True)


main(sys.argv[1])
