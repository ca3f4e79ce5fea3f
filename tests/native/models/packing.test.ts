// A base that is packed while it is loaded: what it computes, and that adapters train on it.
import { expect, test } from "vitest";
import { attachLora, fuseAdapters } from "../../../src/adapters/index.ts";
import { leftDense, loadStoredModel, packWhole } from "../../../src/models/index.ts";
import {
  crossEntropy,
  dispose,
  evaluate,
  int32,
  liveTensors,
  scope,
  type Tensor,
} from "../../../src/mx/index.ts";
import { isPacked, lossAndGradients } from "../../../src/nn/index.ts";
import { checkpointOf, relativeDifference } from "../../parity/models/fixtures.ts";

const ids = (): Tensor => int32([5, 9, 3, 7, 1, 2, 8, 4], [1, 8]);

async function packedModel(bits: number) {
  const replaceLayers = packWhole({ groupSize: 32, bits });
  return await loadStoredModel(await checkpointOf("llama"), { replaceLayers, dtype: "float32" });
}

test("more bits come nearer to the plain model; norms stay as they are, rows that are no whole groups too", async () => {
  const plain = await loadStoredModel(await checkpointOf("llama"));
  const [four, eight] = [await packedModel(4), await packedModel(8)];
  scope(() => {
    const wanted = plain.model.forward(ids());
    const differences = [four, eight].map(({ model }) =>
      relativeDifference(model.forward(ids()), wanted),
    );
    expect(differences[0]).toBeLessThan(0.5);
    expect(differences[1]).toBeLessThan(0.03);
    expect(differences[1]).toBeLessThan(differences[0] ?? 0);
  });
  const kinds = [...four.model.modules()].filter(([, layer]) => isPacked(layer));
  expect(kinds.map(([path]) => path)).toEqual(
    expect.arrayContaining(["model.embed_tokens", "lm_head", "model.layers.0.mlp.up_proj"]),
  );
  const narrow = [0, 1, 2].map((block) => `model.layers.${block}.mlp.down_proj`);
  expect(leftDense(four.model), "88 columns are no groups of 32").toEqual(narrow);
  const dtypes = (name: string) => four.model.parameters().get(name)?.dtype;
  expect(dtypes("model.layers.0.self_attn.q_proj.weight")).toBe("uint32");
  expect(dtypes("model.layers.0.self_attn.q_proj.scales")).toBe("float32");
  expect(four.sizes.parameterCount).toBe(plain.sizes.parameterCount);
  dispose([plain.model, four.model, eight.model]);
});

test("an adapter learns on it, and can be added to the unpacked weights; nothing is left behind", async () => {
  const before = liveTensors();
  const { model } = await packedModel(4);
  const placement = { rank: 4, scale: 2, dropout: 0, blockCount: -1, targets: ["all-linear"] };
  attachLora(model, placement, 1);
  const slots = model.trainableSlots();
  scope(() => {
    const originals = slots.map((slot) => slot.get());
    const losses = Array.from({ length: 20 }, () => {
      const { values, gradients } = lossAndGradients(slots, () => [
        crossEntropy(model.forward(ids()), ids()).mean(),
      ]);
      evaluate([...values, ...gradients]);
      slots.forEach((slot, at) => slot.set(slot.get().sub((gradients[at] as Tensor).mul(0.5))));
      return values[0]?.item() ?? Number.NaN;
    });
    expect(losses.at(-1)).toBeLessThan(0.9 * (losses[0] ?? 0));
    slots.forEach((slot, at) => slot.set(originals[at] as Tensor));
  });
  scope(() => {
    const wanted = model.forward(ids());
    fuseAdapters(model);
    expect(relativeDifference(model.forward(ids()), wanted)).toBeLessThanOrEqual(2e-5);
  });
  dispose(model);
  expect(liveTensors()).toBe(before);
});
