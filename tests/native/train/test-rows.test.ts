// The test rows of a folder, looked at once after the last step: the loss is that of the trained model on these rows.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import type { RunConfig } from "../../../src/app/config/schema.ts";
import { trainRun } from "../../../src/app/train/train-run.ts";
import { DataError } from "../../../src/core/errors.ts";
import type { RunEvent, RunEventOf } from "../../../src/runs/index.ts";
import { rejection } from "../../support/refusal.ts";
import { makeToyModel, toyRow, toyRunConfig, writeRows } from "../../support/toy-model.ts";

let folder: string;
let model: string;

const rows = (count: number, from: number): object[] =>
  Array.from({ length: count }, (_, at) => toyRow(from + at));

beforeAll(async () => {
  folder = join(inject("runFolder"), "test-rows");
  model = await makeToyModel(join(folder, "model"));
  for (const name of ["all", "few"]) mkdirSync(join(folder, name));
  writeRows(join(folder, "all", "train.jsonl"), rows(8, 0));
  writeRows(join(folder, "few", "train.jsonl"), rows(3, 0));
  // The same rows for both, so that one figure must be the other.
  for (const part of ["valid", "test"])
    writeRows(join(folder, "all", `${part}.jsonl`), rows(5, 40));
});

function configOf(output: string, data = "all", compat = "ft"): RunConfig {
  return toyRunConfig({
    ...{ model, data: join(folder, data), output: join(folder, output) },
    options: {
      course: { compat },
      data: { evaluate_test: data === "all", validation_split: 0 },
      lora: { num_layers: 1 },
      optimization: { iters: 8, batch_size: 4, learning_rate: 0.01, eval_batches: null },
    },
  });
}

async function eventsOf(config: RunConfig): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  await trainRun(config, { isolate: false, onEvent: (event) => void events.push(event) });
  return events;
}

test("the test loss is the trained model's, and comes before the end", async () => {
  const events = await eventsOf(configOf("ours"));
  const [tested, completed] = events.slice(-2);
  expect([tested?.type, completed?.type]).toEqual(["test-finished", "run-completed"]);
  const { testLoss, testPerplexity, batches, step } = tested as RunEventOf<"test-finished">;
  const { finalValidationLoss } = completed as RunEventOf<"run-completed">;
  // The same rows in other batches: padding and order of sums differ.
  expect(Math.abs(testLoss - (finalValidationLoss ?? Number.NaN))).toBeLessThan(1e-5);
  expect(testPerplexity).toBe(Math.exp(testLoss));
  expect([batches, step]).toEqual([2, 8]);
});

test("as many batches as are asked for", async () => {
  const { optimization, ...config } = configOf("one");
  const events = await eventsOf({ ...config, optimization: { ...optimization, test_batches: 1 } });
  expect(events.findLast(({ type }) => type === "test-finished")).toMatchObject({ batches: 1 });
});

test("none where they are not asked for, and a refusal where there are none", async () => {
  const { data, ...config } = configOf("none");
  const unasked = await eventsOf({ ...config, data: { ...data, evaluate_test: false } });
  expect(unasked.some(({ type }) => type === "test-finished")).toBe(false);
  const few = configOf("missing", "few");
  const asked = { ...few, data: { ...few.data, evaluate_test: true } };
  const error = await rejection(trainRun(asked, { isolate: false }), DataError);
  expect(error).toMatchObject({ code: "FT-DATA-035", exitCode: 4 });
});

test("mlx-lm's course says which rows do not fill a batch", async () => {
  const asked = configOf("small", "few", "mlx-lm");
  const error = await rejection(trainRun(asked, { isolate: false }), DataError);
  expect(error).toMatchObject({ code: "FT-DATA-036", hint: "--batch-size 3, or more rows" });
  expect(error.message).toMatch(/3 train rows do not fill a batch of 4/);
});
