// A run stopped half way and gone on with has the bytes of one that was never stopped: with each optimizer, each tuning,
// and activations computed again. When exactly a run may be stopped is stopping.test.ts.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import { resumeRun, trainRun } from "../../../src/app/train/train-run.ts";
import { optimizers } from "../../../src/nn/index.ts";
import type { RunEvent } from "../../../src/runs/index.ts";
import { makeToyModel, toyRunConfig, writeRows } from "../../support/toy-model.ts";

let folder: string;
let model: string;
let data: string;

beforeAll(async () => {
  folder = join(inject("runFolder"), "resuming");
  // Wide enough for state in 8 bits.
  model = await makeToyModel(join(folder, "model"), { config: { intermediate_size: 128 } });
  data = writeRows(join(folder, "rows.jsonl"), 10);
});

const trials = [
  ...optimizers.names().map((optimizer) => ({ optimizer, method: "full", recompute: false })),
  { optimizer: "adamw", method: "lora", recompute: true },
  { optimizer: "adamw_8bit", method: "lora", recompute: true },
];

test.each(trials)("$method, $optimizer, computed again: $recompute", async (trial) => {
  const { optimizer, method, recompute } = trial;
  const config = (output: string): ReturnType<typeof toyRunConfig> =>
    toyRunConfig({
      ...{ model, data, output },
      options: {
        ...{ method, data: { validation_split: 0 }, lora: { dropout: 0.1 } },
        optimization: {
          ...{ optimizer, iters: 6, batch_size: 2, gradient_accumulation_steps: 2 },
          ...{ learning_rate: 0.01, report_every: 1, gradient_checkpointing: recompute },
        },
      },
    });
  const [whole, parts] = ["whole", "parts"].map((name) =>
    join(folder, `${method}-${optimizer}-${recompute}-${name}`),
  ) as [string, string];
  await trainRun(config(whole), { isolate: false });
  const stopper = new AbortController();
  let steps = 0;
  const onEvent = ({ type }: RunEvent): void => {
    if (type === "step-reported" && ++steps === 3) stopper.abort();
  };
  await trainRun(config(parts), { isolate: false, onEvent, signal: stopper.signal });
  expect(steps).toBe(3);
  await resumeRun(parts, { isolate: false });
  const file = method === "full" ? "model.safetensors" : "adapters.safetensors";
  const bytesOf = (output: string): Buffer => readFileSync(join(output, "final_model", file));
  expect(bytesOf(parts).equals(bytesOf(whole))).toBe(true);
});
