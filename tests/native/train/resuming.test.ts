// A run stopped half way and gone on with has the bytes of one that was never stopped: with each optimizer, each tuning,
// activations computed again, and preferences learned. When exactly a run may be stopped is stopping.test.ts.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import type { RunConfig } from "../../../src/app/config/schema.ts";
import { resumeRun, trainRun } from "../../../src/app/train/train-run.ts";
import { optimizers } from "../../../src/nn/index.ts";
import { readRecord, type RunEvent } from "../../../src/runs/index.ts";
import { chatRow } from "../../support/rows.ts";
import { makeToyModel, toyRunConfig, writeRows } from "../../support/toy-model.ts";

let folder: string;
let model: string;
let data: string;
let pairs: string;

beforeAll(async () => {
  folder = join(inject("runFolder"), "resuming");
  // Wide enough for state in 8 bits.
  model = await makeToyModel(join(folder, "model"), { config: { intermediate_size: 128 } });
  data = writeRows(join(folder, "rows.jsonl"), 10);
  const pairRows = Array.from({ length: 10 }, (_, at) => {
    return { prompt: `What is ${at}?`, chosen: `It is ${at}.`, rejected: `${"no, ".repeat(at)}no` };
  });
  pairs = writeRows(join(folder, "pairs.jsonl"), pairRows);
});

/** Rows of many lengths. */
const manyLengths = Array.from({ length: 23 }, (_, at) =>
  chatRow("go on", "name table ".repeat(1 + ((at * 7) % 13))),
);

function configOf(output: string, options: Record<string, object | string>): RunConfig {
  const { optimization = {}, data: dataOptions = {}, lora = {}, ...rest } = options;
  return toyRunConfig({
    ...{ model, data, output },
    options: {
      ...rest,
      data: { validation_split: 0, ...(dataOptions as object) },
      lora: { dropout: 0.1, ...(lora as object) },
      optimization: {
        ...{ iters: 6, batch_size: 2, gradient_accumulation_steps: 2 },
        ...{ learning_rate: 0.01, report_every: 1, ...(optimization as object) },
      },
    },
  });
}

/** A run stopped after three steps. */
async function stopped(config: RunConfig): Promise<void> {
  const stopper = new AbortController();
  let steps = 0;
  const onEvent = ({ type }: RunEvent): void => {
    if (type === "step-reported" && ++steps === 3) stopper.abort();
  };
  await trainRun(config, { isolate: false, onEvent, signal: stopper.signal });
  expect(steps).toBe(3);
}

function resultOf(output: string): Buffer {
  const { method } = readRecord(output).config;
  const file = method === "full" ? "model.safetensors" : "adapters.safetensors";
  return readFileSync(join(output, "final_model", file));
}

const trials = [
  ...optimizers.names().map((optimizer) => ({ optimizer, method: "full", recompute: false })),
  { optimizer: "adamw", method: "lora", recompute: true },
  { optimizer: "adamw_8bit", method: "lora", recompute: true },
  { optimizer: "adamw", method: "dpo", recompute: true },
  { optimizer: "adamw", method: "dora", recompute: true },
  { optimizer: "adamw", method: "qlora", recompute: false },
];

/** Its base is quantized while it is loaded, and again so when the run is resumed. */
const quantized = { load_in_4bit: true, quantization_group_size: 32 };

test.each(trials)("$method, $optimizer, computed again: $recompute", async (trial) => {
  const { optimizer, method, recompute } = trial;
  const optimization = { optimizer, gradient_checkpointing: recompute };
  const rows = { train_file: method === "dpo" ? pairs : data };
  const options = { method, optimization, data: rows, model: method === "qlora" ? quantized : {} };
  const [whole, parts] = ["whole", "parts"].map((name) =>
    join(folder, `${method}-${optimizer}-${recompute}-${name}`),
  ) as [string, string];
  await trainRun(configOf(whole, options), { isolate: false });
  await stopped(configOf(parts, options));
  await resumeRun(parts, { isolate: false });
  expect(resultOf(parts).equals(resultOf(whole))).toBe(true);
});

test("noise on embeddings and what is added to the loss, above frozen blocks read twice", async () => {
  const options = {
    loss: { neftune_alpha: 5, label_smoothing: 0.1, z_loss: 1e-3 },
    lora: { num_layers: 1 },
    optimization: { iters: 12 },
  };
  const [whole, parts, still] = ["whole", "parts", "still"].map((name) =>
    join(folder, `noise-${name}`),
  ) as [string, string, string];
  await trainRun(configOf(whole, options), { isolate: false });
  await trainRun(configOf(still, { ...options, loss: { label_smoothing: 0.1, z_loss: 1e-3 } }), {
    isolate: false,
  });
  await stopped(configOf(parts, options));
  await resumeRun(parts, { isolate: false });
  expect(resultOf(parts).equals(resultOf(whole))).toBe(true);
  expect(resultOf(still).equals(resultOf(whole))).toBe(false);
});

test("an adapter that began as principal vectors, and B at a rate of its own", async () => {
  const options = { lora: { init: "pissa", lora_plus_ratio: 8 } };
  const [whole, parts, plain] = ["whole", "parts", "plain"].map((name) =>
    join(folder, `pissa-${name}`),
  ) as [string, string, string];
  await trainRun(configOf(whole, options), { isolate: false });
  await trainRun(configOf(plain, { lora: { init: "pissa" } }), { isolate: false });
  await stopped(configOf(parts, options));
  await resumeRun(parts, { isolate: false });
  expect(resultOf(parts).equals(resultOf(whole))).toBe(true);
  expect(resultOf(plain).equals(resultOf(whole))).toBe(false);
});

test.each([
  { name: "buckets", how: { grouping: "buckets" } },
  { name: "packed", how: { packing: true, max_length: 64 } },
  { name: "packed-prefix", how: { packing: true, max_length: 64 }, lora: { num_layers: 1 } },
])("rows of many lengths, $name", async ({ name, how, lora = {} }) => {
  const rows = writeRows(join(folder, "many.jsonl"), manyLengths);
  const options = { data: { train_file: rows, ...how }, lora };
  const [whole, parts] = [`${name}-whole`, `${name}-parts`].map((each) => join(folder, each)) as [
    string,
    string,
  ];
  await trainRun(configOf(whole, options), { isolate: false });
  await stopped(configOf(parts, options));
  await resumeRun(parts, { isolate: false });
  expect(resultOf(parts).equals(resultOf(whole))).toBe(true);
});

test("a run begun before rows met in buckets keeps the batches that it began with", async () => {
  const rows = writeRows(join(folder, "lengths.jsonl"), manyLengths);
  const options = (grouping: string) => ({ data: { train_file: rows, grouping } });
  const [pools, buckets, parts] = ["pools", "buckets", "parts-of-pools"].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  await trainRun(configOf(pools, options("pools")), { isolate: false });
  const last = await trainRun(configOf(buckets, options("buckets")), { isolate: false });
  expect(last).toMatchObject({ type: "run-completed", shapes: expect.any(Number) });
  expect(resultOf(buckets).equals(resultOf(pools))).toBe(false);

  await stopped(configOf(parts, options("pools")));
  const { formatVersion: _today, ...record } = readRecord(parts);
  const { grouping: _, ...data } = record.config["data"] as Record<string, unknown>;
  const earlier = { ...record, config: { ...record.config, data } };
  writeFileSync(join(parts, "config.json"), JSON.stringify(earlier));
  await resumeRun(parts, { isolate: false });
  expect(resultOf(parts).equals(resultOf(pools))).toBe(true);
});
