"""What mlx-lm takes for the same work as dev/bench/generating.ts. Reads a job of JSON on stdin, prints one JSON line.

Loading is not counted. Stop tokens are left out, so that both sides write as many tokens.
"""

import importlib
import json
import sys
import time

import mlx.core as mx
from mlx_lm import load

generating = importlib.import_module("mlx_lm.generate")
job = json.load(sys.stdin)
model, tokenizer = load(job["model"])
tokenizer._eos_token_ids = set()


def single(prompt, tokens):
    """Tokens a second after the first."""
    first, count = None, 0
    steps = generating.generate_step(mx.array(prompt), model, max_tokens=tokens)
    ids = []
    for token, _ in steps:
        ids.append(int(token))
        first = first or time.perf_counter()
        count += 1
    return (count - 1) / (time.perf_counter() - first), ids


def together(prompts, tokens):
    """Tokens a second of all, from the request to the end, and the gaps between the passes after the first."""
    generator = generating.BatchGenerator(model, stop_tokens=[])
    start = time.perf_counter()
    generator.insert(prompts, [tokens] * len(prompts))
    count, times = 0, []
    while responses := generator.next_generated():
        count += len(responses)
        times.append(time.perf_counter())
    seconds = time.perf_counter() - start
    generator.close()
    return count / seconds, count


def reading(prompt):
    start = time.perf_counter()
    for _ in generating.generate_step(mx.array(prompt), model, max_tokens=1):
        pass
    return len(prompt) / (time.perf_counter() - start)


speed, ids = single(job["prompt"], job["tokens"])
many, count = together(job["prompts"], job["tokens"])
print(json.dumps({"single": speed, "ids": ids, "sixteen": many, "count": count, "reading": reading(job["long"])}))
