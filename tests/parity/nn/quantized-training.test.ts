// Fifty steps of LoRA on a quantized model: each loss equals mlx-lm's, from the same adapter over the same batches.
// make_losses.py beside the fixture made them.
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { loadAdapter } from "../../../src/adapters/index.ts";
import { collate } from "../../../src/data/index.ts";
import { loadStoredModel } from "../../../src/models/index.ts";
import { dispose } from "../../../src/mx/index.ts";
import { optimizers } from "../../../src/nn/index.ts";
import { supervised } from "../../../src/train/objectives/supervised.ts";
import { optimizedSlots } from "../../../src/train/run.ts";
import { TrainingStep } from "../../../src/train/step.ts";
import { openModelFolder } from "../../../src/weights/index.ts";

const folder = path.join(import.meta.dirname, "../../fixtures/quantized/llama-4-64");
const wanted = JSON.parse(readFileSync(path.join(folder, "losses.json"), "utf8")) as number[];

const batches = [0, 1, 2].map((step) => {
  const rows = [0, 1].map((row) => {
    const ids = Int32Array.from({ length: 13 }, (_, at) => (3 * step + 7 * row + at * at) % 40);
    return [{ ids, weights: new Float32Array(13).fill(1) }];
  });
  return collate(rows, { padId: 0, padToMultiple: 1, maxLength: 64 });
});

test("every loss is within 1e-4 of mlx-lm's", async () => {
  const { model } = await loadStoredModel(await openModelFolder(folder), { dtype: "float32" });
  await loadAdapter(path.join(folder, "adapter"), model);
  const slots = optimizedSlots(model).filter((slot) => slot.trainable);
  const kind = optimizers.get("adamw");
  // mlx-lm does not correct the moments.
  const settings = { ...kind.usual, weightDecay: 0.01, biasCorrection: false, adamwShare: 1 };
  const optimizer = kind.make(slots, settings);
  const step = new TrainingStep({
    ...{ model, objective: supervised, slots, optimizer },
    maximumNorm: null,
  });
  const losses: number[] = [];
  for (const at of wanted.keys()) {
    const batch = batches[at % 3] as (typeof batches)[number];
    const taken = await step.run({ batches: [batch], learningRate: 1e-3, seeds: [0] });
    losses.push(taken?.loss ?? Number.NaN);
  }
  expect(losses.at(-1)).toBeLessThan(0.7 * (losses[0] ?? 0));
  // Float32 sums in another order; at this rate training goes steadily down, and differences stay small.
  const departures = losses.map((loss, at) => Math.abs(loss / (wanted[at] ?? 0) - 1));
  expect(Math.max(...departures)).toBeLessThanOrEqual(1e-4);
  dispose([model, optimizer]);
});
