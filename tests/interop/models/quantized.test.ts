// Every setting of packed weights that mlx-lm writes is read as mlx-lm reads it.
// What is committed as fixtures is a part of these: tests/parity/models/quantized.test.ts.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { attachLora, saveAdapter } from "../../../src/adapters/index.ts";
import { loadStoredModel } from "../../../src/models/index.ts";
import {
  dispose,
  float32,
  int32,
  normal,
  randomKey,
  retain,
  scope,
  type Tensor,
} from "../../../src/mx/index.ts";
import { loadTensorFile, openModelFolder } from "../../../src/weights/index.ts";
import { relativeDifference } from "../../parity/models/fixtures.ts";

const python = process.env["FT_PEERS_PYTHON"] ?? "";
const script = path.join(import.meta.dirname, "../../fixtures/quantized/make.py");

const affine = [2, 3, 4, 5, 6, 8].flatMap((bits) =>
  [32, 64, 128].map((group) => [`affine-${bits}-${group}`, bits, group, "affine", "wide"]),
);
const small = [
  ["mxfp4", 4, 32, "mxfp4", "wide"],
  ["mxfp8", 8, 32, "mxfp8", "wide"],
  ["nvfp4", 4, 16, "nvfp4", "wide"],
  ["gpt2", 4, 64, "affine", "gpt2"],
];
const cases = [...affine, ...small] as [string, number, number, string, string][];

let root: string;
beforeAll(() => {
  if (python === "") throw new Error("FT_PEERS_PYTHON is not set: run make interop");
  root = mkdtempSync(path.join(tmpdir(), "ft-interop-quantized-"));
  execFileSync(python, [script, root, JSON.stringify(cases)], { stdio: "pipe" });
}, 120_000);
afterAll(() => rmSync(root, { recursive: true }));

test.each(cases.map(([name]) => name))("%s", async (name) => {
  const folder = path.join(root, name);
  const { model } = await loadStoredModel(await openModelFolder(folder), { dtype: "float32" });
  const { tensors } = await loadTensorFile(path.join(folder, "expected.safetensors"));
  const [ids, logits] = ["ids", "logits"].map((key) => tensors.get(key) as Tensor) as [
    Tensor,
    Tensor,
  ];
  // The same sums in another order, as between two libraries.
  expect(scope(() => relativeDifference(model.forward(ids), logits))).toBeLessThanOrEqual(1e-5);
  dispose([model, ids, logits]);
});

const logitsWithAdapter = `
import json, sys
import mlx.core as mx
from pathlib import Path
from mlx_lm.utils import load_adapters, load_model
mx.set_default_device(mx.cpu)
model, _ = load_model(Path(sys.argv[1]))
model = load_adapters(model, sys.argv[2])
model.eval()
print(json.dumps(model(mx.array([[1, 9, 4, 30, 2]])).astype(mx.float32).tolist()))
`;

test.each(["affine-4-64", "mxfp4"])("an adapter made on %s, loaded by mlx-lm", async (name) => {
  const folder = path.join(root, name);
  const { model } = await loadStoredModel(await openModelFolder(folder), { dtype: "float32" });
  const shape = { rank: 4, scale: 3, dropout: 0 };
  const attached = attachLora(model, { ...shape, targets: ["all-linear"], blockCount: -1 }, 2);
  // As drawn an adapter changes nothing.
  for (const [at, slot] of model.trainableSlots().entries())
    slot.set(retain(scope(() => normal(0, 0.1, slot.get().shape, randomKey(at)))));
  const adapter = path.join(root, `${name}-adapter`);
  await saveAdapter(adapter, model, attached, shape, { base: folder, template: "auto" });
  const printed = execFileSync(python, ["-c", logitsWithAdapter, folder, adapter], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const logits = JSON.parse(printed.toString().trim().split("\n").at(-1) ?? "") as number[][][];
  const difference = scope(() => {
    const own = model.forward(int32([1, 9, 4, 30, 2], [1, 5]));
    return relativeDifference(own, float32(logits.flat(2), own.shape));
  });
  expect(difference).toBeLessThanOrEqual(1e-5);
  dispose(model);
});
