"""What mlx-lm's conversion makes of model folders: plain, packed, and the packed one unpacked again.

Called by mlx-folders.test.ts with a file of jobs; prints one line of JSON a job: mlx-lm's own logits of the plain and of
the packed model, or why there are none.
"""

import json
import sys
from pathlib import Path

import mlx.core as mx
from mlx.utils import tree_flatten, tree_map_with_path
from mlx_lm.utils import _get_classes, load_model, quantize_model, save_config, save_model

mx.set_default_device(mx.cpu)
GROUP, BITS = 32, 8


def write(folder, model, config):
    save_model(folder, model)
    save_config(dict(config), folder / "config.json")


def logits(model, ids):
    return model(mx.array([ids])).astype(mx.float32).flatten().tolist()


def packs(model, packing):
    """As mlx-lm packs, but for layers that it wants in a way their few rows or columns do not fit."""
    own = getattr(model, "quant_predicate", None) or (lambda path, module: True)

    def chosen(path, module):
        wish = own(path, module)
        if isinstance(wish, dict) and module.weight.shape[-1] % wish["group_size"] != 0:
            return {**wish, "group_size": packing}
        return wish

    return chosen


def unpacked(model):
    """Every packed layer's weights, also of layers that mlx-lm itself packs and does not unpack."""
    weights = dict(tree_flatten(model.parameters()))
    for path, layer in model.named_modules():
        if "scales" not in layer:
            continue
        names = [f"{path}.{part}" for part in ("weight", "scales", "biases")]
        packed = [weights.pop(name, None) for name in names]
        weights[names[0]] = mx.dequantize(*packed, layer.group_size, layer.bits, layer.mode)
    return weights


def draw(folder):
    """A model of its own making, where it reads none of ours: what it draws, and a little on all of that."""
    config = json.loads(Path(folder, "source", "config.json").read_text())
    kind, arguments = _get_classes(config)
    model = kind(arguments.from_dict(config))
    mx.random.seed(1)
    # what an activation begins with is not stored where models are published
    noisy = lambda name, value: (
        value
        if name.endswith((".beta", ".eps"))
        else value + 0.1 * mx.random.normal(value.shape)
    )
    model.update(tree_map_with_path(noisy, model.parameters()))
    return model, config


def converted(folder, ids, is_drawn):
    model, config = draw(folder) if is_drawn else load_model(Path(folder))
    model.eval()
    write(Path(folder, "dense"), model, config)
    plain = logits(model, ids)
    model, config = quantize_model(
        model, dict(config), GROUP, BITS, quant_predicate=packs(model, GROUP)
    )
    write(Path(folder, "packed"), model, config)
    packed = logits(model, ids)
    del config["quantization"], config["quantization_config"]
    Path(folder, "unpacked").mkdir()
    mx.save_safetensors(str(Path(folder, "unpacked", "model.safetensors")), unpacked(model))
    save_config(dict(config), Path(folder, "unpacked", "config.json"))
    return {"dense": plain, "packed": packed}


def answer(folder, ids, is_drawn):
    try:
        return converted(folder, ids, is_drawn)
    # some of its models end the program where a package is missing
    except (Exception, SystemExit) as error:
        return {"error": f"{type(error).__name__}: {error}"}


def built(names):
    """Those that mlx-lm has too."""

    def has(name):
        try:
            return _get_classes({"model_type": name}) is not None
        except (ValueError, SystemExit):
            return False

    return [name for name in names if has(name)]


asked = json.loads(Path(sys.argv[1]).read_text())
print(json.dumps({"built": built(asked["names"])}), flush=True)
for job in asked["jobs"]:
    print(json.dumps({"name": job["name"], **answer(job["folder"], job["ids"], job["isDrawn"])}), flush=True)
