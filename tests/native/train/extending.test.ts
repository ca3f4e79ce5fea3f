// How long a run is: parts of an epoch, and a run that is trained on past its first length. What is trained on equals a
// run that was that long from the start, as far as its learning rates do.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import type { RunLength } from "../../../src/app/train/extend-run.ts";
import { resumeRun, trainRun } from "../../../src/app/train/train-run.ts";
import { readEvents, readRecord, type RunEvent, showRun } from "../../../src/runs/index.ts";
import { makeToyModel, toyRunConfig, writeRows } from "../../support/toy-model.ts";

let folder: string;
let model: string;
let data: string;

beforeAll(async () => {
  folder = join(inject("runFolder"), "extending");
  model = await makeToyModel(join(folder, "model"));
  data = writeRows(join(folder, "rows.jsonl"), 10);
});

/** A pass over ten rows takes five steps. */
async function run(name: string, optimization: Record<string, unknown>): Promise<string> {
  const output = join(folder, name);
  const options = {
    data: { validation_split: 0 },
    lora: { dropout: 0.1 },
    optimization: { batch_size: 2, learning_rate: 0.01, ...optimization },
  };
  await trainRun(toyRunConfig({ model, data, output, options }), { isolate: false });
  return output;
}

const goOn = (output: string, length?: RunLength): Promise<RunEvent> =>
  resumeRun(output, { isolate: false, length });

const bytesOf = (output: string, file: string): Buffer => readFileSync(join(output, file));
const adapter = join("final_model", "adapters.safetensors");

/** Step → its learning rate, the last word on each. */
function rates(output: string): Map<number, number> {
  const steps = readEvents(output).filter((event) => event.type === "step-reported");
  return new Map(steps.map(({ step, learningRate }) => [step, learningRate]));
}

test.each([
  [0.5, 3],
  [0.2, 1],
  [0.6, 3],
  [1.4, 7],
  [0.01, 1],
])("%d epochs of five steps are %i steps", async (epochs, steps) => {
  const output = await run(`epochs-${epochs}`, { epochs });
  expect(showRun(output)).toMatchObject({ status: "completed", totalSteps: steps });
});

test("a run of 0.6 epochs trained on to 2 has the bytes of a run of 2, where the rate is constant", async () => {
  const options = { lr_scheduler: "constant" };
  const straight = await run("straight", { ...options, epochs: 2 });
  const extended = await run("extended", { ...options, epochs: 0.6 });
  expect(bytesOf(extended, adapter)).not.toEqual(bytesOf(straight, adapter));
  expect(await goOn(extended, { epochs: 2 })).toMatchObject({ type: "run-completed" });
  const optimizer = "checkpoints/step-10/optimizer.safetensors";
  for (const file of [adapter, optimizer])
    expect(bytesOf(extended, file)).toEqual(bytesOf(straight, file));
});

test("the learning rate is that of a run of the new length; the run says so, records it and keeps to it", async () => {
  const straight = await run("straight-linear", { iters: 8, lr_scheduler: "linear" });
  const extended = await run("extended-linear", { epochs: 1, lr_scheduler: "linear" });
  const first = [...rates(extended).values()];
  await goOn(extended, { iters: 8 });
  const wanted = [...rates(straight).values()];
  expect([...rates(extended).values()]).toEqual([...first, ...wanted.slice(5)]);
  const notice = readEvents(extended).findLast((event) => event.type === "notice");
  expect(notice?.message).toBe(
    "the run goes to step 8 instead of 5: its learning rate (linear) is that of a run of this length, " +
      "0.00200 before, 0.00375 now",
  );
  const { config, origins } = readRecord(extended);
  expect(config["optimization"]).toMatchObject({ epochs: 1, iters: 8 });
  expect(origins).toMatchObject({ "optimization.iters": "resume" });
  expect(await goOn(extended)).toMatchObject({ type: "run-completed", totalSteps: 8 });
});

test("a length that is reached already is refused, and changes nothing", async () => {
  const output = await run("reached", { iters: 5 });
  const record = bytesOf(output, "config.json");
  await expect(goOn(output, { epochs: 1 })).rejects.toMatchObject({
    code: "FT-RUN-013",
    exitCode: 3,
    message: "the run has done 5 steps (1 epochs); 5 in total is not more",
  });
  expect(bytesOf(output, "config.json")).toEqual(record);
});
