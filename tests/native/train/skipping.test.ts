// Loss or gradient that is not finite: the step moves nothing, is counted and told; three in a row end the run with
// what it has. A run that skips resumes as exactly as one that does not.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import { resumeRun, trainRun } from "../../../src/app/train/train-run.ts";
import type { Batch, EncodedRow } from "../../../src/data/index.ts";
import { listCheckpoints } from "../../../src/runs/checkpoints.ts";
import { readEvents, type RunEvent } from "../../../src/runs/index.ts";
import { type Objective, objectives } from "../../../src/train/objectives/index.ts";
import { supervised } from "../../../src/train/objectives/supervised.ts";
import { chatRow } from "../../support/rows.ts";
import { makeToyModel, toyRow, toyRunConfig, writeRows } from "../../support/toy-model.ts";

/** Batches of rows longer than this are the faulty ones. */
const soundLength = 64;

/** Supervised, but with a long row the loss is no number, or its gradient is none: 0 · ∞ behind the root of 0. */
function faulty(what: "loss" | "gradient"): Objective<EncodedRow, Batch> {
  return {
    ...supervised,
    loss(model, batch, pass) {
      const { lossSum } = supervised.loss(model, batch, pass);
      if (batch.length <= soundLength) return { lossSum };
      const root = lossSum.mul(0).sqrt();
      return { lossSum: what === "loss" ? lossSum.mul(Number.NaN) : lossSum.add(root) };
    },
  };
}

for (const what of ["loss", "gradient"] as const) {
  objectives.register(`faulty_${what}`, {
    about: `no finite ${what} for long rows`,
    kinds: ["chat"],
    load: async () => faulty(what),
  });
}

let folder: string;
let model: string;
let data: string;
const long = chatRow("Say it again.", "again ".repeat(100));

beforeAll(async () => {
  folder = join(inject("runFolder"), "skipping");
  model = await makeToyModel(join(folder, "model"));
  const short = Array.from({ length: 7 }, (_, at) => toyRow(at));
  data = writeRows(join(folder, "rows.jsonl"), [...short, long]);
});

function configOf(
  output: string,
  objective: string,
  { rows = data, ...optimization }: { rows?: string } & Record<string, unknown> = {},
) {
  const config = toyRunConfig({
    ...{ model, data: rows, output },
    options: {
      ...{ data: { validation_split: 0 }, lora: { dropout: 0.1 } },
      optimization: { iters: 16, learning_rate: 0.01, ...optimization },
    },
  });
  return { ...config, method: null, tuning: "lora", objective };
}

const of = <T extends RunEvent["type"]>(events: readonly RunEvent[], type: T) =>
  events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);

const adapter = (output: string): Buffer =>
  readFileSync(join(output, "final_model", "adapters.safetensors"));

const state = (output: string, step: number): string =>
  readFileSync(join(output, "checkpoints", `step-${step}`, "state.json"), "utf8");

test.each(["loss", "gradient"])("a %s that is not finite: skipped, counted, told", async (what) => {
  const output = join(folder, `whole-${what}`);
  const config = configOf(output, `faulty_${what}`);
  const last = await trainRun(config, { isolate: false });
  const skipped = of(readEvents(output), "step-skipped");
  // One row of eight, two epochs.
  expect(skipped.map(({ reason, inRow }) => [reason, inRow])).toEqual([
    [what, 1],
    [what, 1],
  ]);
  expect(last).toMatchObject({ type: "run-completed", totalSteps: 16, skippedSteps: 2 });
  const reports = of(readEvents(output), "step-reported");
  for (const { activeMemoryBytes, peakMemoryBytes, cacheMemoryBytes = 0, residentBytes } of reports)
    for (const bytes of [activeMemoryBytes, peakMemoryBytes, cacheMemoryBytes, residentBytes])
      expect(bytes).toBeGreaterThan(0);
  const silent = reports.filter(({ trainLoss }) => trainLoss === null).map(({ step }) => step);
  expect(silent).toEqual(skipped.map(({ step }) => step));
});

test("stopped right after a skipped step and gone on with: the same bytes", async () => {
  const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
  await trainRun(configOf(whole, "faulty_loss"), { isolate: false });
  const stopper = new AbortController();
  const onEvent = ({ type }: RunEvent): void => {
    if (type === "step-skipped") stopper.abort();
  };
  const options = { isolate: false, onEvent, signal: stopper.signal };
  const stopped = await trainRun(configOf(parts, "faulty_loss"), options);
  expect(stopped.type).toBe("run-stopped");
  await resumeRun(parts, { isolate: false });
  expect(adapter(parts).equals(adapter(whole))).toBe(true);
  expect(state(parts, 16)).toBe(state(whole, 16));
  expect(JSON.parse(state(whole, 16))).toMatchObject({ skippedSteps: 2, optimizerSteps: 14 });
});

test("three in a row end the run; what it had is kept, and it can go on", async () => {
  const rows = writeRows(join(folder, "long.jsonl"), [toyRow(0), long, long, long, toyRow(1)]);
  const output = join(folder, "ended");
  const config = configOf(output, "faulty_loss", { rows, iters: 5 });
  const inOrder = { ...config, data: { ...config.data, order: "sequential" as const } };
  const ended = trainRun(inOrder, { isolate: false });
  await expect(ended).rejects.toMatchObject({
    code: "FT-TRAIN-001",
    exitCode: 1,
    message: expect.stringMatching(/training loss.*in 3 steps in a row, after step \d/),
    // Nothing was learned from the weights that are kept: they are not called good.
    hint: expect.stringMatching(/^train again .*--lr/),
  });
  const skips = of(readEvents(output), "step-skipped");
  expect(skips.map(({ inRow }) => inRow)).toEqual([1, 2, 3]);
  const at = skips[2]?.step ?? 0;
  expect(existsSync(join(output, "checkpoints", `step-${at}`, "trained"))).toBe(true);
  const resumed = await resumeRun(output, { isolate: false });
  expect(resumed).toMatchObject({ type: "run-completed", totalSteps: 5, skippedSteps: 3 });
});

test("where no step has been learned, the rate is not blamed", async () => {
  const rows = writeRows(join(folder, "never.jsonl"), [long, long, long, toyRow(0)]);
  const config = configOf(join(folder, "never"), "faulty_loss", { rows, iters: 4 });
  const inOrder = { ...config, data: { ...config.data, order: "sequential" as const } };
  await expect(trainRun(inOrder, { isolate: false })).rejects.toMatchObject({
    code: "FT-TRAIN-001",
    hint: expect.stringMatching(/^no step has been learned, so it is not the rate: --torch-dtype/),
  });
});

test("the checkpoint that was last learned from is kept and named, whatever is saved after it", async () => {
  const short = [0, 1, 2, 3].map((at) => toyRow(at));
  const rows = writeRows(join(folder, "late.jsonl"), [...short, long, long, long]);
  const output = join(folder, "late");
  const saved = { iters: 7, save_steps: 1, keep_checkpoints: 2 };
  const config = configOf(output, "faulty_gradient", { rows, ...saved });
  const inOrder = { ...config, data: { ...config.data, order: "sequential" as const } };
  const good = join(output, "checkpoints", "step-3");
  await expect(trainRun(inOrder, { isolate: false })).rejects.toMatchObject({
    code: "FT-TRAIN-001",
    hint: expect.stringContaining(`the last good checkpoint is ${good}; train again`),
  });
  expect(listCheckpoints(output).map(({ step }) => step)).toEqual([3, 6, 7]);
});
