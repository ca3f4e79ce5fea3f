// DoRA as a method: the loss falls, lengths move beside directions, the result loads, on a dense and on a packed base.
// The layers themselves are tests/native/adapters, PEFT's and mlx-lm's curves tests/parity/adapters.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import { dispose } from "../../../src/mx/index.ts";
import { loadTensorFile } from "../../../src/weights/index.ts";
import { makeToyModel, writeRows } from "../../support/toy-model.ts";
import { finalModel, largestGap, logitsOf, trainToy } from "../../support/toy-training.ts";

let folder: string;
let model: string;
let data: string;
beforeAll(async () => {
  folder = join(inject("runFolder"), "dora");
  model = await makeToyModel(join(folder, "model"));
  data = writeRows(join(folder, "rows.jsonl"), 10);
});

test("lengths and directions move, and the adapter loads", async () => {
  const output = join(folder, "run");
  const training = await trainToy({ model, data, output, options: { method: "dora" } });
  expect(training.losses.at(-1)).toBeLessThan(0.9 * (training.losses[0] ?? 0));
  const final = finalModel(training);
  const config = JSON.parse(readFileSync(join(final, "adapter_config.json"), "utf8")) as unknown;
  expect(config).toMatchObject({ fine_tune_type: "dora" });
  const { tensors } = await loadTensorFile(join(final, "adapters.safetensors"));
  const base = await loadTensorFile(join(model, "model.safetensors"));
  const path = "model.layers.0.self_attn.q_proj";
  const lengths = base.tensors.get(`${path}.weight`)?.norm(-1).toFloat32();
  const learned = tensors.get(`${path}.m`)?.toFloat32();
  expect(learned?.length).toBe(lengths?.length);
  expect(largestGap(learned as Float32Array, lengths as Float32Array)).toBeGreaterThan(1e-3);
  dispose([tensors, base.tensors]);
  expect(largestGap(await logitsOf(model, final), await logitsOf(model))).toBeGreaterThan(0.1);
});

test("on a base that is quantized while it is loaded", async () => {
  const packed = { load_in_4bit: true, quantization_group_size: 32 };
  const places = { model, data, output: join(folder, "packed") };
  const training = await trainToy({ ...places, options: { method: "dora", model: packed } });
  expect(training.losses.at(-1)).toBeLessThan(0.9 * (training.losses[0] ?? 0));
  expect(training.last.type).toBe("run-completed");
});
