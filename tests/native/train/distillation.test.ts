// Learning from a teacher: a run comes closer to it, goes on after a stop in the same bits, and refuses what is no teacher.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import { layer } from "../../../src/app/config/layers.ts";
import { resolveConfig } from "../../../src/app/config/resolve.ts";
import type { RunConfig } from "../../../src/app/config/schema.ts";
import { resumeRun, trainRun } from "../../../src/app/train/train-run.ts";
import { validateRun } from "../../../src/app/train/validate-run.ts";
import type { RunEvent } from "../../../src/runs/index.ts";
import { makeToyModel, toyRunConfig, writeRows } from "../../support/toy-model.ts";

let folder: string;
let model: string;
let teacher: string;
let data: string;

beforeAll(async () => {
  folder = join(inject("runFolder"), "distillation");
  model = await makeToyModel(join(folder, "model"), { embeddingDeviation: 0.5 });
  const config = { hidden_size: 48, num_hidden_layers: 3 };
  teacher = await makeToyModel(join(folder, "teacher"), {
    config,
    seed: 5,
    embeddingDeviation: 0.3,
  });
  data = writeRows(join(folder, "rows.jsonl"), 10);
});

function configOf(name: string, distillation: object, optimization: object = {}): RunConfig {
  const options = {
    method: "distillation",
    distillation: { teacher, ...distillation },
    data: { validation_split: 0.2 },
    lora: { dropout: 0, r: 16 },
    optimization: { iters: 12, batch_size: 2, learning_rate: 0.01, ...optimization },
  };
  return toyRunConfig({ model, data, output: join(folder, name), options });
}

async function klOf(config: RunConfig): Promise<number[]> {
  const found: number[] = [];
  const onEvent = (event: RunEvent): void => {
    if (event.type === "step-reported") found.push(event.metrics?.["distillation/kl"] ?? NaN);
  };
  await trainRun(config, { isolate: false, onEvent });
  return found;
}

test.each(["forward", "reverse"])("%s: the distance to the teacher falls", async (divergence) => {
  const kl = await klOf(configOf(divergence, { divergence, weight: 1 }));
  expect(kl.at(-1)).toBeLessThan((kl[0] ?? 0) * 0.8);
});

test("a teacher that counts for nothing leaves supervised training", async () => {
  const losses = async (config: RunConfig): Promise<number[]> => {
    const found: number[] = [];
    const onEvent = (event: RunEvent): void => {
      if (event.type === "step-reported") found.push(event.trainLoss ?? NaN);
    };
    await trainRun(config, { isolate: false, onEvent });
    return found;
  };
  const silent = await losses(configOf("no-weight", { weight: 0 }, { iters: 4 }));
  const plain = configOf("supervised", {}, { iters: 4 });
  const expected = await losses({ ...plain, method: "lora" });
  // The loss is summed in another order; float32 over four steps.
  silent.forEach((loss, at) => expect(Math.abs(loss - (expected[at] ?? NaN))).toBeLessThan(1e-4));
});

test("a stopped run goes on in the same bits, with the same teacher only", async () => {
  const optimization = { iters: 6 };
  await trainRun(configOf("whole", {}, optimization), { isolate: false });
  const stopper = new AbortController();
  let steps = 0;
  await trainRun(configOf("parts", {}, optimization), {
    isolate: false,
    signal: stopper.signal,
    onEvent: ({ type }) => {
      if (type === "step-reported" && ++steps === 3) stopper.abort();
    },
  });
  expect(steps).toBe(3);
  const config = { hidden_size: 48, num_hidden_layers: 3 };
  await makeToyModel(teacher, { config, seed: 6, embeddingDeviation: 0.3 });
  await expect(resumeRun(join(folder, "parts"), { isolate: false })).rejects.toMatchObject({
    code: "FT-RUN-009",
    message: expect.stringContaining("teacher"),
  });
  await makeToyModel(teacher, { config, seed: 5, embeddingDeviation: 0.3 });
  await resumeRun(join(folder, "parts"), { isolate: false });
  const bytes = (name: string): Buffer =>
    readFileSync(join(folder, name, "final_model", "adapters.safetensors"));
  expect(bytes("parts").equals(bytes("whole"))).toBe(true);
});

const checked = (config: RunConfig) => validateRun(resolveConfig([layer("argument", "", config)]));

test("the memory of a run holds its teacher", async () => {
  const report = await checked(configOf("validated", {}));
  expect(report.memory.find(({ name }) => name === "teacher")?.bytes).toBeGreaterThan(100_000);
});

test("no teacher, and one with other tokens, are refused with the way on", async () => {
  await expect(checked(configOf("none", { teacher: null }))).rejects.toMatchObject({
    code: "FT-CONFIG-072",
    exitCode: 3,
    hint: expect.stringContaining("--teacher MODEL"),
  });
  const other = await makeToyModel(join(folder, "other"), { tokenizer: "llama3" });
  await expect(checked(configOf("other-tokens", { teacher: other }))).rejects.toMatchObject({
    code: "FT-CONFIG-074",
    message: expect.stringMatching(/the vocabulary of .* token \d+ is ".*" there and ".*" here/),
  });
});
