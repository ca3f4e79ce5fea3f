// Steps whose gradients are averaged before the parameters move, as mlx-lm counts them: equal to one step over all their
// rows where these have as many tokens, and a run stopped between two of them goes on in the same bytes.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import { resumeRun, trainRun } from "../../../src/app/train/train-run.ts";
import type { RunEvent } from "../../../src/runs/index.ts";
import { chatRow } from "../../support/rows.ts";
import { makeToyModel, toyRunConfig, writeRows } from "../../support/toy-model.ts";

let folder: string;
let model: string;
let data: string;

beforeAll(async () => {
  folder = join(inject("runFolder"), "parts");
  model = await makeToyModel(join(folder, "model"));
  data = writeRows(
    join(folder, "rows.jsonl"),
    Array.from({ length: 9 }, () => chatRow("What?", "This one.")),
  );
});

function configOf(output: string, batchSize: number, parts: number, iters: number) {
  return toyRunConfig({
    ...{ model, data, output },
    options: {
      course: { compat: "mlx-lm" },
      data: { validation_split: 0 },
      lora: { dropout: 0 },
      optimization: {
        ...{ iters, batch_size: batchSize, gradient_accumulation_steps: parts },
        ...{ learning_rate: 0.01, max_grad_norm: null, lr_scheduler: "constant" },
      },
    },
  });
}

const adapterOf = (output: string): Buffer =>
  readFileSync(join(output, "final_model", "adapters.safetensors"));

async function lossesOf(config: ReturnType<typeof configOf>, stopAfter = Infinity) {
  const stopper = new AbortController();
  const losses: number[] = [];
  const onEvent = (event: RunEvent): void => {
    if (event.type === "step-reported") losses.push(event.trainLoss ?? Number.NaN);
    if (losses.length === stopAfter) stopper.abort();
  };
  await trainRun(config, { isolate: false, onEvent, signal: stopper.signal });
  return losses;
}

test("three steps of an update are one step over three times the rows", async () => {
  const parts = await lossesOf(configOf(join(folder, "three"), 1, 3, 9));
  const whole = await lossesOf(configOf(join(folder, "one"), 3, 1, 3));
  // Every row is the same, so each step of an update has the loss of the whole: only sums differ.
  for (const [at, loss] of parts.entries())
    expect(Math.abs(loss - (whole[Math.floor(at / 3)] ?? Number.NaN))).toBeLessThan(1e-5);
  expect(new Set(parts.map((loss) => loss.toFixed(4))).size).toBe(3);
});

test.each([4, 5])("a run stopped after step %i goes on in the same bytes", async (stopAfter) => {
  const [whole, halves] = [join(folder, `whole-${stopAfter}`), join(folder, `halves-${stopAfter}`)];
  await lossesOf(configOf(whole, 2, 3, 8));
  const seen = await lossesOf(configOf(halves, 2, 3, 8), stopAfter);
  expect(seen).toHaveLength(stopAfter);
  await resumeRun(halves, { isolate: false });
  expect(adapterOf(halves).equals(adapterOf(whole))).toBe(true);
});
