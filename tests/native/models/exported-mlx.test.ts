// An adapter on a packed base, exported for mlx-lm: packed as the base is, or plain where a precision is asked for; what
// rounding would take is not written.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { attachAdapter, loadAdapter, saveAdapter } from "../../../src/adapters/index.ts";
import { exportModel, type ExportModelOptions } from "../../../src/app/share/export-model.ts";
import { loadStoredModel } from "../../../src/models/index.ts";
import { dispose, float32, int32, scope } from "../../../src/mx/index.ts";
import { openModelFolder } from "../../../src/weights/index.ts";
import { makeToyModel } from "../../support/toy-model.ts";

const root = mkdtempSync(path.join(tmpdir(), "ft-exported-mlx-"));
afterAll(() => rmSync(root, { recursive: true }));
const place = (name: string): string => path.join(root, name);

const make = (model: string, name: string, more: Partial<ExportModelOptions> = {}) =>
  exportModel({ format: "mlx", model: place(model), output: place(name), ...more });

async function makeAdapter(name: string, base: string, size: number): Promise<void> {
  const { model } = await loadStoredModel(await openModelFolder(place(base)));
  const shape = { rank: 4, scale: 2, dropout: 0 };
  const placement = { ...shape, targets: ["all-linear"], blockCount: -1 };
  const attached = attachAdapter(model, "lora", placement, 7);
  for (const slot of model.trainableSlots()) {
    const { shape: sizes } = slot.get();
    const count = sizes.reduce((all, one) => all * one, 1);
    const numbers = Array.from({ length: count }, (_, at) => size * Math.sin(at));
    model.update(new Map([[slot.name, float32(numbers, sizes)]]));
  }
  await saveAdapter(place(name), model, attached, shape, { base: place(base), template: "auto" });
  dispose(model);
}

const ids = Array.from({ length: 13 }, (_, at) => (at * 11) % 40);

async function logitsOf(folder: string, adapter?: string): Promise<Float32Array> {
  const { model } = await loadStoredModel(await openModelFolder(place(folder)), {
    dtype: "float32",
  });
  if (adapter !== undefined) await loadAdapter(place(adapter), model);
  try {
    return scope(() => model.forward(int32(ids, [1, ids.length])).toFloat32());
  } finally {
    dispose(model);
  }
}

const apart = (one: Float32Array, other: Float32Array): number =>
  Math.max(...one.map((value, at) => Math.abs(value - (other[at] ?? Infinity))));

const quantizationIn = (name: string): unknown =>
  (JSON.parse(readFileSync(path.join(place(name), "config.json"), "utf8")) as object)[
    "quantization" as never
  ];

beforeAll(async () => {
  await makeToyModel(place("toy"), { config: { hidden_size: 64, intermediate_size: 128 } });
  await make("toy", "packed", { quant: "4bit" });
  await makeAdapter("large", "packed", 0.2);
});

test("packed as the base is, nearer to base and adapter than the base", async () => {
  const { notes } = await make("large", "again");
  expect(quantizationIn("again")).toEqual(quantizationIn("packed"));
  expect(notes.join()).toContain("ft merge measures");
  const wanted = await logitsOf("packed", "large");
  const found = apart(await logitsOf("again"), wanted);
  expect(found).toBeGreaterThan(0);
  expect(found).toBeLessThan(apart(await logitsOf("packed"), wanted) / 2);
});

test("plain in the precision that is asked for, the logits are those of base and adapter", async () => {
  await make("large", "plain", { dtype: "float32" });
  expect(quantizationIn("plain")).toBeUndefined();
  // the update is added to the weights here, and beside them there
  expect(apart(await logitsOf("plain"), await logitsOf("packed", "large"))).toBeLessThan(1e-4);
});

test("an update that two bits would take is not written", async () => {
  await makeAdapter("small", "toy", 1e-4);
  const made = make("small", "lost", { quant: "2bit" });
  await expect(made).rejects.toMatchObject({ code: "FT-ADAPTER-012" });
  expect(existsSync(place("lost"))).toBe(false);
});
