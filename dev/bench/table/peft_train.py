"""PyTorch with PEFT over given tokens, for the table of benchmarks. Prints one JSON line.

Needs torch, transformers and peft. The loop is the usual one: rows grouped by length as transformers' Trainer does with
`group_by_length` (sorted inside pools of 50 batches), padded to the longest of the batch, AdamW, the model's own loss.
"""
import json
import pathlib
import random
import resource
import sys
import time

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

job = json.loads(pathlib.Path(sys.argv[1]).read_text())
torch.manual_seed(0)
model = AutoModelForCausalLM.from_pretrained(job["model"], dtype=torch.float32)
if job["method"] == "full":
    trained = list(model.parameters())
else:
    blocks = model.config.num_hidden_layers
    first = blocks - job["layers"] if job["layers"] > 0 else 0
    names = [
        f"model.layers.{at}.{part}"
        for at in range(first, blocks)
        for part in (
            *(f"self_attn.{x}_proj" for x in "qkvo"),
            *(f"mlp.{x}_proj" for x in ("gate", "up", "down")),
        )
    ]
    config = LoraConfig(r=job["rank"], lora_alpha=job["scale"] * job["rank"], target_modules=names)
    model = get_peft_model(model, config)
    start = load_file(str(pathlib.Path(job["adapter"]) / "adapters.safetensors"))
    own = dict(model.named_parameters())
    for name, value in start.items():
        path, kind = name.rsplit(".", 1)
        letter = {"lora_a": "A", "lora_b": "B"}[kind]
        own[f"base_model.model.{path}.lora_{letter}.default.weight"].data.copy_(value.T)
    trained = [each for each in model.parameters() if each.requires_grad]
model.train()
optimizer = torch.optim.AdamW(trained, lr=job["learningRate"], weight_decay=0.01)
rows = [json.loads(line) for line in pathlib.Path(job["tokens"]).read_text().splitlines()]


def batches():
    size, pool = job["batch"], 50 * job["batch"]
    order = list(range(len(rows)))
    if len({len(row["ids"]) for row in rows}) > 1:
        random.Random(0).shuffle(order)
    for start in range(0, len(order), pool):
        part = sorted(order[start : start + pool], key=lambda at: -len(rows[at]["ids"]))
        for at in range(0, len(part), size):
            yield [rows[each] for each in part[at : at + size]]


def tensors(batch):
    longest = max(len(row["ids"]) for row in batch)
    ids = torch.zeros((len(batch), longest), dtype=torch.long)
    mask = torch.zeros_like(ids)
    labels = torch.full_like(ids, -100)
    for at, row in enumerate(batch):
        count = len(row["ids"])
        ids[at, :count] = torch.tensor(row["ids"])
        mask[at, :count] = 1
        labels[at, row["offset"] : count] = ids[at, row["offset"] : count]
    if bool(mask.all()):
        return {"input_ids": ids, "labels": labels}
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


losses = []
start = time.perf_counter()
for _ in range(job["epochs"]):
    for batch in batches():
        loss = model(**tensors(batch)).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"seconds": seconds, "peakBytes": peak, "losses": losses}))
