"""Packs tiny models of experts with mlx-lm, and computes logits with what it packed and with what ft packed.

Called by converted-experts.test.ts with a folder: job.json says which models and packings, FAMILY is a dense model,
FAMILY-PACKING what ft made of it; FAMILY-PACKING-theirs is written here.
"""

import json
import sys
import traceback
from pathlib import Path

import mlx.core as mx
from mlx_lm.utils import load_model, quantize_model, save_config, save_model

mx.set_default_device(mx.cpu)


def logits(folder, ids):
    model, _ = load_model(folder)
    return model(mx.array([ids])).astype(mx.float32).flatten().tolist()


def interleaved(gate, up):
    """Rows of both in turns (experts, 2 × rows, …), as gpt-oss has them."""
    return mx.stack([gate, up], axis=2).reshape(gate.shape[0], -1, *gate.shape[2:])


def publish(packed, dense, out):
    """gpt-oss as it is published: experts in mxfp4, from a packed folder, all else plain, from the dense one."""
    weights = {key: value for key, value in read(dense).items() if ".experts." not in key}
    source = read(packed)
    for key in [key for key in source if key.endswith("experts.gate_proj.weight")]:
        experts = key.removesuffix(".gate_proj.weight")
        fused = {"gate_up_proj": ("gate_proj", "up_proj"), "down_proj": ("down_proj",)}
        for name, parts in fused.items():
            join = interleaved if len(parts) == 2 else lambda part: part
            words, scales, bias = (join(*[source[f"{experts}.{part}.{kind}"] for part in parts])
                                   for kind in ("weight", "scales", "bias"))
            weights[f"{experts}.{name}_blocks"] = words.view(mx.uint8).reshape(*scales.shape, 16)
            weights[f"{experts}.{name}_scales"] = scales
            weights[f"{experts}.{name}_bias"] = bias
    out.mkdir()
    mx.save_safetensors(str(out / "model.safetensors"), weights, metadata={"format": "pt"})
    config = json.loads((dense / "config.json").read_text())
    save_config({**config, "quantization_config": {"quant_method": "mxfp4"}}, out / "config.json")


def read(folder):
    return {key: value for file in folder.glob("model*.safetensors") for key, value in mx.load(str(file)).items()}


def pack(base, packing, out):
    model, config = load_model(base)
    if packing is not None:
        model, config = quantize_model(model, config, packing["groupSize"], packing["bits"], mode=packing["mode"])
    save_model(out, model)
    save_config(config, out / "config.json")


def main(root):
    job = json.loads((root / "job.json").read_text())
    answers = {}

    def answer(name, make):
        try:
            make()
            answers[name] = {"logits": logits(root / name, job["ids"])}
        except Exception:
            answers[name] = {"problem": traceback.format_exc()}

    # it reads experts of gpt-oss only as they are published
    publish(root / "gpt_oss-mxfp4", root / "gpt_oss", root / "gpt_oss-published")
    for family, packing in job["cases"]:
        base = root / ("gpt_oss-published" if family == "gpt_oss" else family)
        name = f"{family}-{packing}"
        answer(name, lambda: None)
        answer(f"{name}-theirs", lambda: pack(base, job["packings"][packing], root / f"{name}-theirs"))
    for family in job["restored"]:
        answer(f"{family}-plain-theirs", lambda: pack(root / family, None, root / f"{family}-plain-theirs"))
    print(json.dumps(answers))


main(Path(sys.argv[1]))
