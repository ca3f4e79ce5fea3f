"""Logits of adapters in mlx-lm and in PEFT, and adapters that PEFT makes itself. Called by adapter-forms.test.ts.

Reads a file of jobs; prints a line of JSON for each: {"name", "logits"} or {"name", "error"}. A job with "make" saves an
adapter of PEFT with drawn numbers in its folder first.
"""

import json
import sys
import traceback
from pathlib import Path


def torch_model(folder):
    import torch
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", experts_implementation="eager").eval()


def torch_logits(model, ids):
    import torch

    with torch.no_grad():
        return model(input_ids=torch.tensor([ids])).logits[0].tolist()


def make(base, folder, settings):
    import peft
    import torch

    torch.manual_seed(3)
    model = peft.get_peft_model(torch_model(base), peft.LoraConfig(task_type="CAUSAL_LM", **settings))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if ".lora_" in name and "magnitude" not in name:
                parameter.copy_(torch.randn_like(parameter) * 0.1)
            elif "magnitude" in name or "modules_to_save" in name:
                parameter.mul_(1 + 0.1 * torch.randn_like(parameter))
    model.save_pretrained(folder)


def in_peft(job):
    import peft

    if "make" in job:
        make(job["base"], job["adapter"], job["make"])
    return torch_logits(peft.PeftModel.from_pretrained(torch_model(job["base"]), job["adapter"]).eval(), job["ids"])


def in_mlx(job):
    import mlx.core as mx
    from mlx_lm.utils import load_adapters, load_model

    mx.set_default_device(mx.cpu)
    model, _ = load_model(Path(job["base"]))
    if job["adapter"] is not None:
        model = load_adapters(model, job["adapter"])
    model.eval()
    return model(mx.array([job["ids"]])).astype(mx.float32)[0].tolist()


def whole_in_torch(job):
    return torch_logits(torch_model(job["base"]), job["ids"])


WORK = {"peft": in_peft, "mlx": in_mlx, "transformers": whole_in_torch}


def main(file):
    for job in json.loads(Path(file).read_text()):
        try:
            told = {"logits": WORK[job["in"]](job)}
        except Exception:
            told = {"error": traceback.format_exc()}
        print(json.dumps({"name": job["name"], **told}), flush=True)


main(sys.argv[1])
