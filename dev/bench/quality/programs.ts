// The three programs as a user starts them: a command line, and what it reads. Each leaves an adapter that ft loads.
// One thread for the two peers: theirs spin while they wait, which takes many times as long where other work runs.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openblasPreload } from "../openblas-preload.ts";
import type { Job, Tool } from "./settings.ts";

export interface Started {
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  /** The adapter, where it is not the job's folder itself. */
  adapter: string;
}

/** `folder` is the cell's own; what the command reads is written there. */
type Start = (job: Job, folder: string, python: string) => Started;

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

function startFt(job: Job, folder: string): Started {
  const config = {
    model: { name: job.model, torch_dtype: "float32" },
    data: {
      train_file: `${job.data}/train.jsonl`,
      validation_file: `${job.data}/valid.jsonl`,
      max_length: job.maxLength,
    },
    lora: { r: job.rank, alpha: job.alpha, dropout: 0, target_modules: job.targets },
    optimization: {
      ...{ iters: job.steps, batch_size: job.batch, learning_rate: job.rate },
      ...{ lr_scheduler: "cosine", warmup_steps: job.warmup, save_steps: job.steps },
    },
    seed: job.seed,
    output_dir: job.adapter,
  };
  const path = join(folder, "ft.json");
  writeFileSync(path, JSON.stringify(config));
  const command = [process.execPath, file("../../../dist/cli/main.js"), "train", "start"];
  return {
    command: [...command, "--config", path],
    env: {},
    adapter: `${job.adapter}/final_model`,
  };
}

/** AdamW with bias correction, as the other two have it; the cosine begins behind the warm-up, which takes one more. */
function startMlx(job: Job, folder: string, python: string): Started {
  const decay = [job.rate, job.steps - job.warmup - 1];
  const config = {
    ...{ model: job.model, train: true, data: job.data, mask_prompt: true, seed: job.seed },
    ...{ iters: job.steps, batch_size: job.batch, num_layers: -1, adapter_path: job.adapter },
    ...{ optimizer: "adamw", optimizer_config: { adamw: { bias_correction: true } } },
    lora_parameters: { rank: job.rank, scale: job.alpha / job.rank, dropout: 0 },
    lr_schedule: { name: "cosine_decay", arguments: decay, warmup: job.warmup },
    max_seq_length: job.maxLength,
    ...{ steps_per_eval: job.steps * 10, val_batches: 1, save_every: job.steps * 10 },
  };
  const path = join(folder, "mlx.yaml");
  writeFileSync(path, JSON.stringify(config));
  const preload = openblasPreload(folder);
  const env = preload === undefined ? {} : { LD_PRELOAD: preload };
  const command = [python, "-m", "mlx_lm", "lora", "--config", path];
  return { command, env: { OPENBLAS_NUM_THREADS: "1", ...env }, adapter: job.adapter };
}

function startPeft(job: Job, folder: string, python: string): Started {
  const path = join(folder, "peft.json");
  writeFileSync(path, JSON.stringify(job));
  const command = [python, file("peft_train.py"), path];
  return { command, env: { OMP_NUM_THREADS: "1" }, adapter: job.adapter };
}

export const starts: Readonly<Record<Tool, Start>> = {
  ft: startFt,
  "mlx-lm": startMlx,
  PEFT: startPeft,
};
