// A packed run learns what an unpacked one learns: the same loss at each step when a step takes all rows, the same
// validation loss. That it is so for every architecture is tests/contract's.
import { join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import { layer } from "../../../src/app/config/layers.ts";
import { resolveConfig } from "../../../src/app/config/resolve.ts";
import type { RunConfig } from "../../../src/app/config/schema.ts";
import { trainRun } from "../../../src/app/train/train-run.ts";
import { validateRun } from "../../../src/app/train/validate-run.ts";
import { ConfigError } from "../../../src/core/errors.ts";
import type { RunEvent } from "../../../src/runs/index.ts";
import { rejection } from "../../support/refusal.ts";
import { chatRow } from "../../support/rows.ts";
import { makeToyModel, toyRunConfig, writeRows } from "../../support/toy-model.ts";
import { registerToyPairs } from "../../support/toy-pairs.ts";

let folder: string;
let model: string;
let data: string;
let validation: string;

const rowsOf = (count: number): object[] =>
  Array.from({ length: count }, (_, at) =>
    chatRow(`go on, ${at}`, "name table ".repeat(1 + ((at * 7) % 13))),
  );

beforeAll(async () => {
  folder = join(inject("runFolder"), "packing");
  model = await makeToyModel(join(folder, "model"));
  data = writeRows(join(folder, "rows.jsonl"), rowsOf(20));
  validation = writeRows(join(folder, "validation.jsonl"), rowsOf(7));
});

function configOf(output: string, packing: boolean, more: object = {}): RunConfig {
  return toyRunConfig({
    ...{ model, data, output: join(folder, output) },
    options: {
      data: { packing, max_length: 96, validation_file: validation, ...more },
      // Batches of other shapes draw other numbers; Adam divides by gradients, near zero ones too.
      lora: { dropout: 0 },
      optimization: {
        ...{ optimizer: "sgd", learning_rate: 0.5 },
        ...{ iters: 4, batch_size: 32, eval_steps: 2 },
      },
    },
  });
}

async function lossesOf(config: RunConfig): Promise<{ training: number[]; validation: number[] }> {
  const losses = { training: [] as number[], validation: [] as number[] };
  const onEvent = (event: RunEvent): void => {
    if (event.type === "step-reported") losses.training.push(event.trainLoss ?? Number.NaN);
    if (event.type === "evaluation-finished") losses.validation.push(event.validationLoss);
  };
  const last = await trainRun(config, { isolate: false, onEvent });
  expect(last).toMatchObject({ type: "run-completed", shapes: 2 });
  return losses;
}

const checked = (config: RunConfig) => validateRun(resolveConfig([layer("argument", "", config)]));

test("losses of training and of validation are those of rows alone", async () => {
  const alone = await lossesOf(configOf("alone", false));
  const packed = await lossesOf(configOf("packed", true));
  expect(alone.training).toHaveLength(4);
  expect(alone.validation).toHaveLength(3);
  // Sums over the same numbers in another order, in float32.
  for (const which of ["training", "validation"] as const)
    for (const [at, loss] of packed[which].entries())
      expect(Math.abs(loss / (alone[which][at] ?? 0) - 1)).toBeLessThan(1e-5);
  expect(alone.training[3]).toBeLessThan((alone.training[0] ?? 0) * 0.99);
});

test("validate says how full the windows are, and how many steps an epoch has", async () => {
  const { data: packed, valid } = await checked(configOf("checked", true));
  expect(valid).toBe(true);
  expect(packed.packed).toMatchObject({ rows: 20, windowTokens: 96 });
  expect(packed.packed?.windows).toBeLessThan(10);
  expect(packed.packed?.filled).toBeGreaterThan(0.9);
  expect((await checked(configOf("checked", false))).data.packed).toBeNull();
});

test("rows that are compared with each other are refused", async () => {
  registerToyPairs();
  const config = { ...configOf("pairs", true), method: "toy_pairs" };
  const refusal = await rejection(checked(config), ConfigError);
  expect(refusal).toMatchObject({ code: "FT-CONFIG-065", exitCode: 3 });
  expect(refusal.message).toContain("toy_pairs");
});
