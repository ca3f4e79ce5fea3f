// A request to stop is heard between any two batches: of tokenizing, of an evaluation, of steps (of the
// micro-batches of one: step.test.ts). What is
// then continued ends where a run that never stopped ends.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import { resumeRun, trainRun, type TrainRunOptions } from "../../../src/app/train/train-run.ts";
import type { RunEvent } from "../../../src/runs/index.ts";
import { makeToyModel, toyRunConfig, writeRows } from "../../support/toy-model.ts";

let folder: string;
let model: string;
let data: string;

beforeAll(async () => {
  folder = join(inject("runFolder"), "stopping");
  model = await makeToyModel(join(folder, "model"));
  data = writeRows(join(folder, "rows.jsonl"), 40);
});

const options = {
  data: { validation_split: 0.25 },
  lora: { dropout: 0.1 },
  optimization: {
    ...{ iters: 8, batch_size: 2, gradient_accumulation_steps: 3, eval_steps: 3, save_steps: 100 },
    learning_rate: 0.01,
  },
};

const configOf = (output: string) => toyRunConfig({ model, data, output, options });

/** A run that is asked to stop when `isTime` says so; all its events. */
async function stopped(
  output: string,
  isTime: (told: { event?: RunEvent; evaluated?: number }) => boolean,
  how: (given: TrainRunOptions) => Promise<RunEvent> = (given) => trainRun(configOf(output), given),
): Promise<RunEvent[]> {
  const stopper = new AbortController();
  const events: RunEvent[] = [];
  await how({
    isolate: false,
    signal: stopper.signal,
    onEvent: (event) => {
      events.push(event);
      if (isTime({ event })) stopper.abort();
    },
    onProgress: ({ stage, done }) => {
      if (stage === "evaluating" && isTime({ evaluated: done })) stopper.abort();
    },
  });
  return events;
}

const bytesOf = (output: string): Buffer =>
  readFileSync(join(output, "final_model", "adapters.safetensors"));

/** What each step and each evaluation found, the last word on each. */
function found(events: readonly RunEvent[]): Map<string, number | null> {
  const all = new Map<string, number | null>();
  for (const event of events) {
    if (event.type === "step-reported") all.set(`step ${event.step}`, event.trainLoss);
    if (event.type === "evaluation-finished") all.set(`of ${event.step}`, event.validationLoss);
  }
  return all;
}

test("while rows are tokenized: exit 130, and nothing is written", async () => {
  const output = join(folder, "tokenizing");
  const stopper = new AbortController();
  const running = trainRun(configOf(output), {
    isolate: false,
    signal: stopper.signal,
    onProgress: ({ stage }) => {
      if (stage === "tokenizing") stopper.abort();
    },
  });
  await expect(running).rejects.toMatchObject({ code: "FT-INTERRUPTED", exitCode: 130 });
  expect(existsSync(output)).toBe(false);
});

test.each([
  ["in the evaluation before the first step", (at: Told) => at.evaluated === 2, 0],
  ["in an evaluation on the way", evaluatedAfter("step 3", 1), 3],
  ["in the last evaluation", evaluatedAfter("step 8", 1), 8],
  ["between two steps", afterReport(4), 4],
] as [string, (at: Told) => boolean, number][])(
  "%s: saved there, and gone on with as if it had never stopped",
  async (name, isTime, step) => {
    const whole = join(folder, "whole");
    const wholeEvents = existsSync(whole) ? readWhole(whole) : await stopped(whole, () => false);
    const output = join(folder, name.replaceAll(/\W/g, "-"));
    const before = await stopped(output, isTime);
    expect(before.at(-1)).toMatchObject({ type: "run-stopped", step });
    const after = await stopped(
      output,
      () => false,
      (given) => resumeRun(output, given),
    );
    expect(after.at(-1)).toMatchObject({ type: "run-completed", totalSteps: 8 });
    expect(bytesOf(output)).toEqual(bytesOf(whole));
    expect(found([...before, ...after])).toEqual(found(wholeEvents));
  },
);

interface Told {
  event?: RunEvent;
  evaluated?: number;
}

/** The n-th batch of the evaluation that comes after a report. */
function evaluatedAfter(report: string, batch: number): (at: Told) => boolean {
  let seen = "";
  return ({ event, evaluated }) => {
    if (event?.type === "step-reported") seen = `step ${event.step}`;
    return seen === report && evaluated === batch;
  };
}

/** As soon as a step is reported. */
function afterReport(step: number): (at: Told) => boolean {
  return ({ event }) => event?.type === "step-reported" && event.step === step;
}

function readWhole(output: string): RunEvent[] {
  const lines = readFileSync(join(output, "events.jsonl"), "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as RunEvent);
}
