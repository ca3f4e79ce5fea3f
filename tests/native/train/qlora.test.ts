// Training on a base that is quantized while it is loaded: what is trained, what is written, what memory it takes.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import { loadAdapter } from "../../../src/adapters/index.ts";
import { layer } from "../../../src/app/config/layers.ts";
import { resolveConfig } from "../../../src/app/config/resolve.ts";
import { trainRun } from "../../../src/app/train/train-run.ts";
import { validateRun } from "../../../src/app/train/validate-run.ts";
import { loadStoredModel, packWhole } from "../../../src/models/index.ts";
import { clearCache, dispose, memory, resetPeakMemory } from "../../../src/mx/index.ts";
import { isPacked } from "../../../src/nn/index.ts";
import type { RunEvent } from "../../../src/runs/index.ts";
import { openModelFolder } from "../../../src/weights/index.ts";
import { makeToyModel, toyRunConfig, writeRows } from "../../support/toy-model.ts";

let folder: string;
let model: string;
let data: string;

beforeAll(async () => {
  folder = join(inject("runFolder"), "qlora");
  model = await makeToyModel(join(folder, "model"));
  data = writeRows(join(folder, "rows.jsonl"), 10);
});

const quantized = { load_in_4bit: true, quantization_group_size: 32 };

function configured(
  name: string,
  options: Record<string, unknown>,
): ReturnType<typeof toyRunConfig> {
  const optimization = { iters: 12, batch_size: 2, learning_rate: 0.02, report_every: 1 };
  return toyRunConfig({
    ...{ model, data, output: join(folder, name) },
    options: { method: "qlora", model: quantized, optimization, ...options },
  });
}

test("only the adapter is trained; it is written as lora, and goes onto a packed base and a plain one", async () => {
  const events: RunEvent[] = [];
  const config = configured("run", {});
  await trainRun(config, { isolate: false, onEvent: (event) => events.push(event) });
  const losses = events.flatMap((event) =>
    event.type === "step-reported" ? [event.trainLoss] : [],
  );
  expect(losses.at(-1) ?? Infinity).toBeLessThan(0.9 * (losses[0] ?? 0));
  const started = events.find(({ type }) => type === "run-started");
  const stored = await openModelFolder(model);
  const plain = await loadStoredModel(stored);
  const packed = await loadStoredModel(stored, {
    replaceLayers: packWhole({ groupSize: 32, bits: 4 }),
  });
  expect(started).toMatchObject({ totalParameters: plain.sizes.parameterCount });
  const final = join(folder, "run", "final_model");
  const written = JSON.parse(readFileSync(join(final, "adapter_config.json"), "utf8")) as object;
  expect(written).toMatchObject({ fine_tune_type: "lora" });
  for (const { model: base } of [plain, packed]) {
    const { paths } = await loadAdapter(final, base);
    const trainable = base.trainableSlots().map(({ name }) => name);
    const wanted = paths.flatMap((at) => [`${at}.lora_a`, `${at}.lora_b`]);
    expect(trainable.toSorted()).toEqual(wanted.toSorted());
  }
  expect(started).toMatchObject({
    trainableParameters: packed.model
      .trainableSlots()
      .reduce((sum, slot) => sum + slot.get().size, 0),
  });
  dispose([plain.model, packed.model]);
});

test("loading packs one tensor after the other: never the dense model, few bits a weight afterwards", async () => {
  const wide = { hidden_size: 256, intermediate_size: 512, num_hidden_layers: 6 };
  const large = await makeToyModel(join(folder, "wide"), { config: wide });
  const stored = await openModelFolder(large);
  clearCache();
  const before = memory().activeBytes;
  resetPeakMemory();
  const { model: packed, sizes } = await loadStoredModel(stored, {
    dtype: "float32",
    replaceLayers: packWhole({ groupSize: 64, bits: 4 }),
  });
  const { activeBytes, peakBytes } = memory();
  const halves = 2 * sizes.parameterCount;
  expect(activeBytes - before).toBeLessThan(0.4 * halves);
  // Weights as they become, the largest tensor a few times over, and what packing works with.
  const largest = 4 * Math.max(512 * 256, sizes.vocabularySize * 256);
  const most = 0.4 * halves + 3 * largest + 20 * 4 * 2 ** 16;
  expect(peakBytes - before).toBeLessThan(most);
  expect(most, "the dense model in float32").toBeLessThan(2 * halves);
  dispose(packed);
});

test("what the estimate says of the weights is what they take", async () => {
  const report = await validateRun(
    resolveConfig([layer("argument", "", configured("estimated", {}))]),
  );
  const term = report.memory.find(({ name }) => name === "weights");
  const { model: packed } = await loadStoredModel(await openModelFolder(model), {
    dtype: "float32",
    replaceLayers: packWhole({ groupSize: 32, bits: 4 }),
  });
  const bytes = [...packed.slots()].reduce((sum, slot) => sum + slot.get().nbytes, 0);
  expect(term?.bytes).toBeCloseTo(bytes, -1);
  expect([...packed.modules()].filter(([, one]) => isPacked(one)).length).toBeGreaterThan(0);
  dispose(packed);
});

test("layers that cannot be packed are named, and so is a base that is packed already", async () => {
  const notices = async (config: ReturnType<typeof toyRunConfig>): Promise<string> =>
    (await validateRun(resolveConfig([layer("argument", "", config)]))).warnings.join("\n");
  const odd = await makeToyModel(join(folder, "odd"), { config: { intermediate_size: 48 } });
  expect(
    await notices({ ...configured("odd-run", { model: { ...quantized, name: odd } }) }),
  ).toMatch(
    /2 layers are not quantized, since their rows are no groups of 32: model\.layers\.0\.mlp\.down_proj/,
  );
});
