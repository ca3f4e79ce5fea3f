// A run ends when its evaluations have stopped getting better, by the validation loss or by a figure of the objective,
// and resumes to the same end.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import { resumeRun, trainRun } from "../../../src/app/train/train-run.ts";
import { readEvents, type RunEvent } from "../../../src/runs/index.ts";
import { makeToyModel, toyRunConfig, writeRows } from "../../support/toy-model.ts";
import { registerToyPairs } from "../../support/toy-pairs.ts";

let folder: string;
let model: string;
let data: string;

beforeAll(async () => {
  registerToyPairs();
  folder = join(inject("runFolder"), "early-stopping");
  model = await makeToyModel(join(folder, "model"), { embeddingDeviation: 0.5 });
  data = writeRows(join(folder, "rows.jsonl"), 12);
});

/** A rate at which the validation loss soon rises. */
const hasty = { iters: 60, batch_size: 4, learning_rate: 0.05, eval_steps: 2, keep_checkpoints: 1 };

const configOf = (output: string, optimization: Record<string, unknown> = {}) =>
  toyRunConfig({
    ...{ model, data, output },
    options: {
      data: { validation_split: 0.3 },
      optimization: { ...hasty, early_stopping_patience: 3, final_model: "best", ...optimization },
    },
  });

const evaluations = (output: string) =>
  readEvents(output).flatMap((event) => (event.type === "evaluation-finished" ? [event] : []));

test("three evaluations without a gain end the run; the best checkpoint is what it gives", async () => {
  const output = join(folder, "early");
  const last = await trainRun(configOf(output), { isolate: false });
  const losses = evaluations(output).map(({ step, validationLoss }) => ({ step, validationLoss }));
  const trained = losses.filter(({ step }) => step > 0);
  const best = trained.reduce((a, b) => (b.validationLoss < a.validationLoss ? b : a));
  expect(last).toMatchObject({
    ...{ type: "run-completed", stoppedEarly: true, bestStep: best.step, modelStep: best.step },
    totalSteps: best.step + 6,
  });
  expect(trained.at(-1)?.step).toBe(best.step + 6);
  const notices = readEvents(output).flatMap((event) =>
    event.type === "notice" ? [event.message] : [],
  );
  expect(notices.join("\n")).toMatch(/stopped early: 3 evaluations.*the best.*after step \d+/);
});

test("stopped on the way and gone on with, it ends at the same step with the same bytes", async () => {
  const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
  await trainRun(configOf(whole), { isolate: false });
  const stopper = new AbortController();
  let seen = 0;
  const onEvent = ({ type }: RunEvent): void => {
    if (type === "evaluation-finished" && ++seen === 4) stopper.abort();
  };
  await trainRun(configOf(parts), { isolate: false, onEvent, signal: stopper.signal });
  const last = await resumeRun(parts, { isolate: false });
  expect(last).toMatchObject({ type: "run-completed", stoppedEarly: true });
  const bytes = (run: string): Buffer =>
    readFileSync(join(run, "final_model", "adapters.safetensors"));
  expect(bytes(parts).equals(bytes(whole))).toBe(true);
});

const pairs = Array.from({ length: 10 }, (_, at) => ({
  ...{ prompt: `What is ${at}?`, chosen: `It is ${at}.`, rejected: "I will not say." },
}));

test("a figure of the objective may decide; one that it does not give is refused", async () => {
  const rows = writeRows(join(folder, "pairs.jsonl"), pairs);
  const output = join(folder, "pairs");
  const given = (metric_for_best: string) => {
    const config = configOf(output, { metric_for_best, iters: 8 });
    return {
      ...config,
      method: "toy_pairs",
      data: { ...config.data, train_file: rows, format: "pairs" },
    };
  };
  await expect(trainRun(given("bleu"), { isolate: false })).rejects.toMatchObject({
    code: "FT-CONFIG-095",
    message: expect.stringContaining("validation_loss, margin"),
  });
  const last = await trainRun(given("margin"), { isolate: false });
  const margins = evaluations(output).filter(({ step }) => step > 0);
  const best = margins.reduce((a, b) =>
    (b.metrics?.["margin"] ?? 0) > (a.metrics?.["margin"] ?? 0) ? b : a,
  );
  expect(last).toMatchObject({ type: "run-completed", bestStep: best.step });
});
