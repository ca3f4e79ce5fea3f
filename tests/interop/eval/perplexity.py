"""Perplexity of texts by transformers, in windows; prints the sums of the losses and their counts as JSON.

Usage: perplexity.py MODEL ROWS WINDOW STRIDE. Each token counts once, in the first window that has it; what the
documentation of transformers does, with sums rather than means of means.
"""
import json
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

folder, rows, window, stride = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
results = []
with open(rows, encoding="utf-8") as lines, torch.no_grad():
    for line in lines:
        ids = tokenizer(json.loads(line)["text"], add_special_tokens=False)["input_ids"]
        ids = torch.tensor([ids + [tokenizer.eos_token_id]])
        total, count, before = 0.0, 0, 0
        for begin in range(0, ids.size(1), stride):
            end = min(begin + window, ids.size(1))
            read = ids[:, begin:end]
            labels = read.clone()
            labels[:, : before - begin] = -100
            logits = model(read).logits[0, :-1].double()
            wanted = labels[0, 1:]
            total += torch.nn.functional.cross_entropy(logits, wanted, ignore_index=-100, reduction="sum").item()
            count += int((wanted != -100).sum())
            before = end
            if end == ids.size(1):
                break
        results.append({"sum": total, "tokens": count})
print(json.dumps(results))
