"""PEFT over chat rows, one run for the table of quality. Reads a job (settings.ts); writes an adapter in mlx-lm's format.

Needs torch, transformers and peft. The loop is the usual one of transformers' Trainer with `group_by_length`: AdamW, a
gradient norm of at most 1, rows sorted by length in random pools, and the model's own loss over the answers, each with
the end of its turn.
"""
import json
import pathlib
import random
import sys

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer, get_cosine_schedule_with_warmup

job = json.loads(pathlib.Path(sys.argv[1]).read_text())
torch.manual_seed(job["seed"])
tokenizer = AutoTokenizer.from_pretrained(job["model"])
model = AutoModelForCausalLM.from_pretrained(job["model"], dtype=torch.float32)
lora = LoraConfig(r=job["rank"], lora_alpha=job["alpha"], target_modules=job["targets"])
model = get_peft_model(model, lora)
model.train()
trained = [each for each in model.parameters() if each.requires_grad]
optimizer = torch.optim.AdamW(trained, lr=job["rate"], weight_decay=0.01)
schedule = get_cosine_schedule_with_warmup(optimizer, job["warmup"], job["steps"])


def ids_and_offset(line):
    messages = json.loads(line)["messages"]
    ids = tokenizer.apply_chat_template(messages, return_dict=False)
    prompt = tokenizer.apply_chat_template(messages[:-1], add_generation_prompt=True, return_dict=False)
    end = len(ids) - ids[::-1].index(tokenizer.eos_token_id)
    return ids[:end], len(prompt)


rows = [ids_and_offset(line) for line in (pathlib.Path(job["data"]) / "train.jsonl").read_text().splitlines()]


def batches():
    size, pool, order = job["batch"], 50 * job["batch"], random.Random(job["seed"])
    while True:
        indices = list(range(len(rows)))
        order.shuffle(indices)
        pools = [sorted(indices[at : at + pool], key=lambda i: -len(rows[i][0])) for at in range(0, len(rows), pool)]
        grouped = [part[at : at + size] for part in pools for at in range(0, len(part), size)]
        for batch in grouped:
            yield [rows[at] for at in batch]


def tensors(batch):
    longest = max(len(ids) for ids, _ in batch)
    ids = torch.zeros((len(batch), longest), dtype=torch.long)
    mask, labels = torch.zeros_like(ids), torch.full_like(ids, -100)
    for at, (row, offset) in enumerate(batch):
        ids[at, : len(row)] = torch.tensor(row)
        mask[at, : len(row)] = 1
        labels[at, offset : len(row)] = ids[at, offset : len(row)]
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


for step, batch in zip(range(job["steps"]), batches()):
    loss = model(**tensors(batch)).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(trained, 1.0)
    optimizer.step()
    schedule.step()
    optimizer.zero_grad()
    print(step + 1, loss.item(), file=sys.stderr, flush=True)

weights = {}
for name, value in model.state_dict().items():
    for kind in ("lora_A", "lora_B"):
        if f".{kind}." in name:
            path = name.removeprefix("base_model.model.").removesuffix(f".{kind}.default.weight")
            weights[f"{path}.{kind.lower()}"] = value.T.contiguous()
folder = pathlib.Path(job["adapter"])
folder.mkdir(parents=True, exist_ok=True)
model.save_pretrained(folder / "peft")
save_file(weights, folder / "adapters.safetensors")
keys = sorted({name.split(".", 3)[3].rsplit(".", 1)[0] for name in weights})
parameters = {"rank": job["rank"], "scale": job["alpha"] / job["rank"], "dropout": 0.0, "keys": keys}
told = {"fine_tune_type": "lora", "num_layers": model.config.num_hidden_layers, "lora_parameters": parameters}
(folder / "adapter_config.json").write_text(json.dumps(told))
