"""mlx-lm's own training loop over given batches, for against-mlx-lm.ts. Prints one JSON line.

Needs mlx 0.32.4 and mlx-lm 0.32.2. Reads a job file: model, adapter (initial weights), rows, lr, steps, batch,
length, rank, scale. Batches are the rows in order, cut to the length, without end.
"""
import contextlib
import json
import pathlib
import sys
import tempfile
import time

import mlx.core as mx
import mlx.optimizers as optim
from mlx_lm import load
from mlx_lm.tuner.trainer import TrainingArgs, TrainingCallback, train
from mlx_lm.tuner.utils import linear_to_lora_layers

job = json.loads(pathlib.Path(sys.argv[1]).read_text())
mx.set_default_device(mx.cpu)
mx.set_cache_limit(2_000_000_000)

model, tokenizer = load(job["model"])
model.set_dtype(mx.float32)
model.freeze()
lora = {"rank": job["rank"], "scale": job["scale"], "dropout": 0.0}
linear_to_lora_layers(model, len(model.layers), lora)
model.load_weights(str(pathlib.Path(job["adapter"]) / "adapters.safetensors"), strict=False)
model.train()

lines = pathlib.Path(job["rows"]).read_text().splitlines()
rows = [tokenizer.encode(json.loads(line)["text"])[: job["length"]] for line in lines]
assert all(len(row) == job["length"] for row in rows), "every row fills the length"


def batches(dataset, batch_size, max_seq_length, loop=False, seed=None, comm_group=None):
    ends = mx.array([[0, job["length"]]] * batch_size)
    while True:
        for start in range(0, len(rows), batch_size):
            yield mx.array(rows[start : start + batch_size]), ends
        if not loop:
            break


seconds: list[float] = []
processor: list[float] = []
losses: list[float] = []


class Record(TrainingCallback):
    before = time.process_time()

    def on_train_loss_report(self, info):
        now = time.process_time()
        processor.append(now - self.before)
        self.before = now
        seconds.append(1 / info["iterations_per_second"])
        losses.append(info["train_loss"])


with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
    args = TrainingArgs(
        batch_size=job["batch"],
        iters=job["steps"],
        steps_per_report=1,
        steps_per_save=1_000_000,
        max_seq_length=job["length"],
        adapter_file=str(pathlib.Path(folder) / "adapters.safetensors"),
    )
    optimizer = optim.AdamW(learning_rate=job["lr"], weight_decay=0.01)
    train(model, optimizer, rows, None, args, iterate_batches=batches, training_callback=Record())
print(json.dumps({"seconds": seconds, "processorSeconds": processor, "losses": losses}))
