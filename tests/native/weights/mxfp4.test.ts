// gpt-oss as it is published: experts packed in blocks beside their scales give what transformers makes of them.
// Parity of the architecture itself is tests/parity/models'.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { attachLora } from "../../../src/adapters/index.ts";
import { saveModel } from "../../../src/export/model-folder.ts";
import { type LoadedModel, loadStoredModel } from "../../../src/models/index.ts";
import {
  crossEntropy,
  dispose,
  evaluate,
  int32,
  scope,
  type Tensor,
} from "../../../src/mx/index.ts";
import { isPacked, lossAndGradients } from "../../../src/nn/index.ts";
import { loadTensorFile, openModelFolder, saveTensors } from "../../../src/weights/index.ts";
import { bitsOf, relativeDifference } from "../../parity/models/fixtures.ts";

const fixtures = path.join(import.meta.dirname, "../../fixtures");
const base = path.join(fixtures, "models/gpt_oss");
let folder: string;
beforeAll(() => void (folder = mkdtempSync(path.join(tmpdir(), "ft-mxfp4-"))));
afterAll(() => rmSync(folder, { recursive: true }));

const ids = (): Tensor => int32([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9], [1, 15]);

/** The tiny gpt-oss with the given kind of experts in every layer. */
async function withExperts(
  name: string,
  kinds: readonly string[],
  more: object,
): Promise<LoadedModel> {
  const at = path.join(folder, name);
  cpSync(base, at, { recursive: true });
  const config = JSON.parse(readFileSync(path.join(base, "config.json"), "utf8")) as object;
  writeFileSync(path.join(at, "config.json"), JSON.stringify({ ...config, ...more }));
  const { tensors } = await loadTensorFile(path.join(base, "model.safetensors"));
  const experts = (await loadTensorFile(path.join(fixtures, "weights/mxfp4.safetensors"))).tensors;
  for (const layer of [0, 1]) {
    for (const projection of ["gate_up_proj", "down_proj"]) {
      const where = `model.layers.${layer}.mlp.experts.${projection}`;
      tensors.delete(where);
      for (const kind of kinds) tensors.set(where + kind, experts.get(projection + kind) as Tensor);
    }
  }
  await saveTensors(path.join(at, "model.safetensors"), tensors, {});
  return await loadStoredModel(await openModelFolder(at));
}

const mxfp4 = {
  quantization_config: { quant_method: "mxfp4", modules_to_not_convert: ["lm_head"] },
};

test("packed experts stay packed, and give the logits of transformers' unpacked ones", async () => {
  const packed = await withExperts("packed", ["_blocks", "_scales"], mxfp4);
  const dense = await withExperts("dense", [""], {});
  const layers = [...packed.model.modules()].filter(([, module]) => isPacked(module));
  expect(layers.map(([at]) => at)).toEqual(
    [0, 1].flatMap((layer) =>
      ["gate_proj", "up_proj", "down_proj"].map(
        (name) => `model.layers.${layer}.mlp.experts.${name}`,
      ),
    ),
  );
  scope(() => {
    const wanted = dense.model.forward(ids());
    // the same numbers, multiplied in another order
    expect(relativeDifference(packed.model.forward(ids()), wanted)).toBeLessThanOrEqual(5e-6);
  });
  for (const { model } of [packed, dense]) dispose(model);
});

test("adapters on packed experts get gradients, and what is written again is the same bits", async () => {
  const loaded = await withExperts("again", ["_blocks", "_scales"], mxfp4);
  const { model, entries } = loaded;
  const saved = path.join(folder, "saved");
  await saveModel(saved, { model, entries }, path.join(folder, "again"));
  const again = await loadStoredModel(await openModelFolder(saved));
  expect(bitsOf(again.model.parameters())).toEqual(bitsOf(model.parameters()));
  const placement = { rank: 2, scale: 2, dropout: 0, blockCount: -1, targets: ["all-linear"] };
  attachLora(model, placement, 1);
  scope(() => {
    const slots = model.trainableSlots();
    const { gradients } = lossAndGradients(slots, () => [
      crossEntropy(model.forward(ids()), ids()).mean(),
    ]);
    evaluate(gradients);
    for (const [at, slot] of slots.entries()) {
      const size = (gradients[at] as Tensor).abs().max().item();
      // the first of both starts the second at nought, and so has no gradient yet
      if (slot.name.endsWith("lora_b")) expect(size, slot.name).toBeGreaterThan(0);
    }
  });
  for (const each of [loaded.model, again.model]) dispose(each);
});
