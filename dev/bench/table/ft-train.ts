// ft's own run of a job of the table, in a process of its own. Prints one JSON line.
//   node --import tsx dev/bench/table/ft-train.ts JOB.json
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunConfigSchema } from "../../../src/app/config/schema.ts";
import { trainRun } from "../../../src/app/train/train-run.ts";
import type { Job } from "./job.ts";
import type { Measured } from "./programs.ts";

const job = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Job;

const adapterSettings = {
  ...{ r: job.rank, scale: job.scale, dropout: 0, num_layers: job.layers },
  ...{ target_modules: ["all-linear"], init_adapter: job.adapter ?? null },
};

const config = RunConfigSchema.parse({
  model: { name: job.model },
  method: job.method,
  data: {
    ...{ train_file: job.data, max_length: job.maxLength, validation_split: 0, template: "chatml" },
    ...{ mask: job.rows.learned === 1 ? "all" : "assistant" },
  },
  ...(job.adapter !== undefined && { lora: adapterSettings }),
  optimization: {
    ...{ epochs: job.epochs, batch_size: job.batch, learning_rate: job.learningRate },
    ...{ warmup_steps: 0, lr_scheduler: "constant", max_grad_norm: null, report_every: 1 },
    save_steps: 1_000_000,
  },
  output_dir: mkdtempSync(join(tmpdir(), "ft-bench-run-")),
});

const measured: Measured = { seconds: 0, peakBytes: 0, losses: [] };
let started = 0;
await trainRun(config, {
  isolate: false,
  onEvent: (event) => {
    if (event.type === "run-started") started = performance.now();
    if (event.type !== "step-reported") return;
    measured.losses.push(event.trainLoss ?? Number.NaN);
    measured.peakBytes = event.peakMemoryBytes ?? 0;
    measured.seconds = (performance.now() - started) / 1000;
  },
});
rmSync(config.output_dir, { recursive: true });
console.log(JSON.stringify(measured));
