// Folders that mlx-lm quantized: logits equal mlx-lm's on the same folder, and what is written again is the same folder.
// make.py beside the fixtures made them; settings beyond these are compared with mlx-lm itself (make interop).
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { saveModel } from "../../../src/export/model-folder.ts";
import { leftDense, loadStoredModel } from "../../../src/models/index.ts";
import { dispose, int32, liveTensors, scope, type Tensor } from "../../../src/mx/index.ts";
import { isPacked } from "../../../src/nn/index.ts";
import { loadTensorFile, openModelFolder } from "../../../src/weights/index.ts";
import { bitsOf, relativeDifference } from "./fixtures.ts";

const fixtures = path.join(import.meta.dirname, "../../fixtures/quantized");
const names = readdirSync(fixtures, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** The same sums in another order, as between two libraries; gpt2 beyond affine would round in mlx-lm's bfloat16. */
const tolerance = 1e-5;

const open = (name: string) => openModelFolder(path.join(fixtures, name));

async function expectedOf(name: string): Promise<{ ids: Tensor; logits: Tensor }> {
  const { tensors } = await loadTensorFile(path.join(fixtures, name, "expected.safetensors"));
  const ids = tensors.get("ids") as Tensor;
  return { ids, logits: tensors.get("logits") as Tensor };
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "ft-quantized-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(names)("%s", (name) => {
  test("logits equal mlx-lm's", async () => {
    const { model } = await loadStoredModel(await open(name), { dtype: "float32" });
    const { ids, logits } = await expectedOf(name);
    const difference = scope(() => relativeDifference(model.forward(ids), logits));
    expect(difference).toBeLessThanOrEqual(tolerance);
    dispose([model, ids, logits]);
  });

  test("the packed layers are those that have scales; their numbers keep their types", async () => {
    const stored = await open(name);
    const { model, sizes } = await loadStoredModel(stored, { dtype: "float32" });
    const scaled = [...stored.tensors.keys()].filter((key) => key.endsWith(".scales"));
    const packed = [...model.modules()].filter(([, layer]) => isPacked(layer));
    expect(packed.map(([at]) => `${at}.scales`).toSorted()).toEqual(scaled.toSorted());
    for (const [at] of packed) expect(model.parameters().get(`${at}.weight`)?.dtype).toBe("uint32");
    const isFull = name !== "llama-4-64" && name !== "llama-mixed";
    expect(leftDense(model).length > 0, "layers of no whole groups").toBe(!isFull);
    expect(sizes.parameterCount).toBeGreaterThan(40 * 64);
    dispose(model);
  });

  test("written again it holds the same bits under the same names", async () => {
    const before = liveTensors();
    const stored = await open(name);
    const loaded = await loadStoredModel(stored);
    const to = path.join(folder, name);
    await saveModel(to, loaded, stored.companions);
    const [original, copy] = await Promise.all(
      [path.join(fixtures, name), to].map((at) =>
        loadTensorFile(path.join(at, "model.safetensors")),
      ),
    );
    expect([...(copy?.tensors.keys() ?? [])].toSorted()).toEqual(
      [...(original?.tensors.keys() ?? [])].toSorted(),
    );
    for (const [key, tensor] of original?.tensors ?? [])
      expect(bitsOf(copy?.tensors.get(key)), key).toEqual(bitsOf(tensor));
    const config = JSON.parse(readFileSync(path.join(to, "config.json"), "utf8")) as object;
    expect(config).toMatchObject({ quantization: expect.any(Object) as object });
    dispose([loaded.model, original?.tensors, copy?.tensors]);
    expect(liveTensors()).toBe(before);
  });
});

test("rows of other shapes are refused by name, and so are other kinds of number", async () => {
  const stored = await open("llama-4-64");
  const wider = {
    ...stored,
    config: { ...(stored.config as object), quantization: { group_size: 64, bits: 8 } },
  };
  await expect(loadStoredModel(wider)).rejects.toMatchObject({
    code: "FT-MODEL-010",
    problems: expect.arrayContaining([
      "model.embed_tokens.weight: shape 40×8, expected 40×16",
    ]) as string[],
  });
  const signed = {
    ...stored,
    load: () => {
      const reader = stored.load();
      const read = (key: string): Tensor =>
        key === "model.embed_tokens.weight"
          ? int32(Array<number>(320).fill(0), [40, 8])
          : reader.read(key);
      return { read, close: () => reader.close() };
    },
  };
  await expect(loadStoredModel(signed)).rejects.toMatchObject({
    code: "FT-MODEL-010",
    message: "model.embed_tokens.weight: int32, expected uint32",
  });
});
