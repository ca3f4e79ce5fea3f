// Weights that torch.save wrote: the same bits as their safetensors twin, in both of its formats; a model of them; and
// floats of eight bits, which only such files and FP8 folders have.
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadStoredModel } from "../../../src/models/index.ts";
import { dispose, liveTensors, type Tensor } from "../../../src/mx/index.ts";
import { loadTensorFile, openModelFolder, type StoredModel } from "../../../src/weights/index.ts";
import { smallFloats } from "../../../src/weights/small-floats.ts";
import { bitsOf, relativeDifference } from "../../parity/models/fixtures.ts";
import { writeFolder } from "../../support/model-files.ts";

const fixtures = path.join(import.meta.dirname, "../../fixtures");
let root: string;
beforeAll(() => void (root = mkdtempSync(path.join(tmpdir(), "ft-pickle-"))));
afterAll(() => rmSync(root, { recursive: true }));

async function opened(file: string, as: string): Promise<StoredModel> {
  const folder = writeFolder(path.join(root, file), { "config.json": {} });
  copyFileSync(path.join(fixtures, "pickle", file), path.join(folder, as));
  return await openModelFolder(folder);
}

/** MLX has no float64: those become float32, on both sides. */
const twin = path.join(fixtures, "pickle/twin.safetensors");

async function twinTensors(): Promise<Map<string, Tensor>> {
  const folder = writeFolder(path.join(root, "twin"), { "config.json": {} });
  copyFileSync(twin, path.join(folder, "model.safetensors"));
  const stored = await openModelFolder(folder);
  const reader = stored.load();
  const tensors = new Map([...stored.tensors.keys()].map((name) => [name, reader.read(name)]));
  reader.close();
  return tensors;
}

describe.each([
  ["zip.bin", "pytorch_model.bin"],
  ["legacy.bin", "pytorch_model.bin"],
  ["nested.pt", "model.pt"],
])("%s", (file, as) => {
  test("holds the tensors of its twin, bit for bit", async () => {
    const before = liveTensors();
    const stored = await opened(file, as);
    const expected = await twinTensors();
    const module = file === "nested.pt" ? [] : ["weight", "bias"];
    const own = [...expected.keys()].filter((name) => !["weight", "bias"].includes(name));
    expect([...stored.tensors.keys()].sort()).toEqual([...own, ...module].sort());
    const reader = stored.load();
    for (const name of stored.tensors.keys()) {
      const tensor = reader.read(name);
      expect(tensor.shape, name).toEqual(expected.get(name)?.shape);
      expect(tensor.dtype, name).toBe(expected.get(name)?.dtype);
      expect(bitsOf(tensor), name).toEqual(bitsOf(expected.get(name)));
      tensor.dispose();
    }
    reader.close();
    dispose(expected);
    expect(liveTensors()).toBe(before);
  });
});

test("a view whose numbers lie apart is refused by name", async () => {
  await expect(opened("apart.bin", "pytorch_model.bin")).rejects.toMatchObject({
    code: "FT-WEIGHTS-061",
    message: expect.stringContaining('"slice" is a view whose numbers lie apart') as string,
  });
});

test("floats of eight bits in such a file", async () => {
  const stored = await opened("eight.bin", "pytorch_model.bin");
  expect(stored.tensors.get("eight")).toMatchObject({ dtype: "F8_E4M3", shape: [4, 4] });
  const reader = stored.load();
  const tensor = reader.read("eight");
  expect(tensor.dtype).toBe("float32");
  dispose([tensor]);
  reader.close();
});

test("every value of the small floats is torch's", async () => {
  const { tensors } = await loadTensorFile(path.join(fixtures, "fp8/values.safetensors"));
  const names = { e4m3fn: "F8_E4M3", e5m2: "F8_E5M2", e8m0fnu: "F8_E8M0" } as const;
  for (const [name, dtype] of Object.entries(names)) {
    const expected = Array.from(tensors.get(name)?.toFloat32() ?? []);
    expect(Array.from(smallFloats.get(dtype) ?? []), name).toEqual(expected);
  }
  dispose(tensors);
});

test("a model of eight-bit floats computes what its plain twin computes", async () => {
  const folder = path.join(fixtures, "fp8");
  const stored = await openModelFolder(folder);
  expect(stored.config).not.toHaveProperty("quantization_config");
  expect(stored.companions.read("config.json")?.toString()).not.toContain("quantization_config");
  const eight = await loadStoredModel(stored, { dtype: "float32" });
  const { tensors: plain } = await loadTensorFile(path.join(folder, "twin.safetensors"));
  const parameters = eight.model.parameters();
  expect(parameters.size).toBe(plain.size);
  for (const [name, tensor] of plain)
    expect(relativeDifference(parameters.get(name) as Tensor, tensor), name).toBe(0);
  dispose([eight.model, plain]);
  const asStored = await loadStoredModel(await openModelFolder(folder));
  expect(asStored.model.parameters().get("model.layers.0.mlp.up_proj.weight")?.dtype).toBe(
    "float32",
  );
  dispose(asStored.model);
});
