"""mlx-lm's own training loop over given tokens, for the table of benchmarks. Prints one JSON line.

Needs mlx 0.32.4 and mlx-lm 0.32.2. Batches are made by mlx-lm's `iterate_batches`, from rows in the order that its
`CacheDataset` gives them: sorted by the number of keys of a row, which is not its length.
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
from mlx_lm.tuner.datasets import CacheDataset
from mlx_lm.tuner.trainer import TrainingArgs, TrainingCallback, train
from mlx_lm.tuner.utils import linear_to_lora_layers

job = json.loads(pathlib.Path(sys.argv[1]).read_text())
mx.set_default_device(mx.cpu)

model, _ = load(job["model"])
model.set_dtype(mx.float32)
if job["method"] == "full":
    model.unfreeze()
else:
    model.freeze()
    layers = job["layers"] if job["layers"] > 0 else len(model.layers)
    lora = {"rank": job["rank"], "scale": job["scale"], "dropout": 0.0}
    linear_to_lora_layers(model, layers, lora)
    model.load_weights(str(pathlib.Path(job["adapter"]) / "adapters.safetensors"), strict=False)


class Rows:
    def __init__(self, path):
        self.rows = [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, at):
        return self.rows[at]

    def process(self, row):
        return row["ids"], row["offset"]


rows = CacheDataset(Rows(job["tokens"]))
for at in range(len(rows)):
    rows[at]
losses: list[float] = []


class Record(TrainingCallback):
    def on_train_loss_report(self, info):
        losses.append(info["train_loss"])


steps = job["epochs"] * (len(rows) // job["batch"])
with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
    args = TrainingArgs(
        batch_size=job["batch"],
        iters=steps,
        steps_per_report=1,
        steps_per_save=1_000_000,
        max_seq_length=job["maxLength"],
        adapter_file=str(pathlib.Path(folder) / "adapters.safetensors"),
    )
    optimizer = optim.AdamW(learning_rate=job["learningRate"], weight_decay=0.01)
    mx.reset_peak_memory()
    start = time.perf_counter()
    train(model, optimizer, rows, None, args, training_callback=Record())
    seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "peakBytes": mx.get_peak_memory(), "losses": losses}))
