"""DPO in PyTorch with PEFT, step by step, for dpo.ts: a step for each line that comes in, a JSON line for each done.

Needs torch, transformers and peft. The loop is TRL's: both answers of a batch in one pass, each with its prompt, padded
to the longest; the same again without gradients and with the adapter off; the head on the answers' tokens only.
"""
import json
import pathlib
import sys
import time

import torch
import torch.nn.functional as F
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

job = json.loads(pathlib.Path(sys.argv[1]).read_text())
torch.set_num_threads(2)
model = AutoModelForCausalLM.from_pretrained(job["model"], dtype=torch.float32)
targets = [f"{x}_proj" for x in ("q", "k", "v", "o", "gate", "up", "down")]
model = get_peft_model(model, LoraConfig(r=job["rank"], lora_alpha=job["scale"] * job["rank"], target_modules=targets))
own = dict(model.named_parameters())
for name, value in load_file(job["adapter"]).items():
    path, kind = name.rsplit(".", 1)
    letter = {"lora_a": "A", "lora_b": "B"}[kind]
    own[f"base_model.model.{path}.lora_{letter}.default.weight"].data.copy_(value.T)
model.train()
trained = [each for each in model.parameters() if each.requires_grad]
optimizer = torch.optim.AdamW(trained, lr=job["learningRate"], weight_decay=0.01)


def batch_of(pairs):
    rows = [(pair["prompt"], pair[side]) for side in ("chosen", "rejected") for pair in pairs]
    longest = max(len(prompt) + len(answer) for prompt, answer in rows)
    ids = torch.zeros((len(rows), longest), dtype=torch.long)
    attention, learned = torch.zeros_like(ids), torch.zeros_like(ids)
    for at, (prompt, answer) in enumerate(rows):
        count = len(prompt) + len(answer)
        ids[at, :count] = torch.tensor(prompt + answer)
        attention[at, :count] = 1
        learned[at, len(prompt) : count] = 1
    return ids, attention, learned


def log_probs(ids, attention, learned):
    hidden = model.base_model.model.model(input_ids=ids, attention_mask=attention, use_cache=False)[0][:, :-1]
    wanted = learned[:, 1:].bool()
    logits = model.base_model.model.lm_head(hidden[wanted])
    each = -F.cross_entropy(logits, ids[:, 1:][wanted], reduction="none")
    rows = torch.arange(len(ids))[:, None].expand_as(wanted)[wanted]
    return torch.zeros(len(ids)).index_add(0, rows, each)


print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    batch = batch_of([job["pairs"][at] for at in json.loads(line)])
    scores = log_probs(*batch)
    with torch.no_grad(), model.disable_adapter():
        reference = log_probs(*batch)
    chosen, rejected = (scores - reference).chunk(2)
    loss = -F.logsigmoid(job["beta"] * (chosen - rejected)).mean()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(trained, 1.0)
    optimizer.step()
    optimizer.zero_grad()
    loss = loss.item()
    print(json.dumps({"seconds": time.perf_counter() - start, "loss": loss}), flush=True)
