// Weights laid out as mlx-lm's conversion leaves them are the same model. Made here from the fixtures of transformers;
// what mlx-lm itself writes of every architecture, also packed, is tests/interop/models/mlx-folders.test.ts's.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadStoredModel } from "../../../src/models/index.ts";
import { dispose, int32, scope, type Tensor } from "../../../src/mx/index.ts";
import { loadTensorFile, openModelFolder, saveTensors } from "../../../src/weights/index.ts";
import { folderOfModels } from "../../parity/models/fixtures.ts";

const root = mkdtempSync(path.join(tmpdir(), "ft-converted-layout-"));
afterAll(() => rmSync(root, { recursive: true }));

type Layout = (name: string, tensor: Tensor) => [string, Tensor][];

const norms = /(?:input_layernorm|post_attention_layernorm|q_norm|k_norm|model\.norm)\.weight$/;

const turned: Layout = (name, tensor) => [
  [name, name.endsWith("conv1d.weight") ? tensor.transpose(0, 2, 1) : tensor],
];

const turnedAndShifted: Layout = (name, tensor) =>
  norms.test(name) ? [[name, tensor.add(1)]] : turned(name, tensor);

/** Four heads with 8 plain numbers and 10 of values. */
const takenApart: Layout = (name, tensor) => {
  if (!name.endsWith("kv_b_proj.weight")) return [[name, tensor]];
  const [keys, values] = tensor.reshape(4, 18, -1).splitAt([8], 1) as [Tensor, Tensor];
  const at = (part: string): string => name.replace("kv_b_proj", part);
  return [
    [at("embed_q"), keys.swapaxes(1, 2)],
    [at("unembed_out"), values],
  ];
};

const cases: [fixture: string, layout: Layout][] = [
  ["mamba2", turned],
  ["qwen3_next", turnedAndShifted],
  ["qwen3_5", turnedAndShifted],
  ["deepseek_v3", takenApart],
];

async function logitsOf(folder: string): Promise<Float32Array> {
  const { model } = await loadStoredModel(await openModelFolder(folder), { dtype: "float32" });
  const logits = scope(() => model.forward(int32([1, 9, 4, 30, 2], [1, 5])).toFloat32());
  dispose(model);
  return logits;
}

test.each(cases)("%s", async (fixture, layout) => {
  const [from, to] = [path.join(folderOfModels, fixture), path.join(root, fixture)];
  cpSync(from, to, { recursive: true });
  const { tensors } = await loadTensorFile(path.join(from, "model.safetensors"));
  const changed = [...tensors].flatMap(([name, tensor]) => layout(name, tensor));
  expect(changed.some(([name, tensor]) => tensors.get(name) !== tensor)).toBe(true);
  await saveTensors(path.join(to, "model.safetensors"), new Map(changed));
  const [published, converted] = [await logitsOf(from), await logitsOf(to)];
  const largest = Math.max(...published.map(Math.abs));
  const apart = Math.max(...published.map((one, at) => Math.abs(one - (converted[at] as number))));
  // one added to a weight and taken away again rounds it
  expect(apart / largest).toBeLessThanOrEqual(1e-6);
});
