// Several adapters in one pass: each row gets what its adapter's own model gives it, alone and beside others.
import { expect, test } from "vitest";
import { attachAdapter, canMix, MixedAdapters } from "../../../src/adapters/index.ts";
import { loadModel } from "../../../src/generate/load-model.ts";
import { type LanguageModel, modelAgain } from "../../../src/models/index.ts";
import {
  carry,
  dispose,
  int32,
  liveTensors,
  normal,
  randomKey,
  scope,
} from "../../../src/mx/index.ts";
import { makeFolder } from "../../support/folders.ts";
import { makeToyModel } from "../../support/toy-model.ts";

const { loaded } = await loadModel(await makeToyModel(`${makeFolder()}/model`));
const base = loaded.model;

interface Drawn {
  targets: string[];
  rank: number;
  seed: number;
  kind?: string;
  start?: string;
}

async function adapted({
  targets,
  rank,
  seed,
  kind = "lora",
  start,
}: Drawn): Promise<LanguageModel> {
  const model = await modelAgain(loaded);
  const shape = { rank, scale: 2 + seed, dropout: 0, ...(start !== undefined && { start }) };
  attachAdapter(model, kind, { ...shape, blockCount: -1, targets }, seed);
  carry(model, () => {
    for (const [at, slot] of model.trainableSlots().entries())
      slot.set(normal(0, 0.3, slot.get().shape, randomKey(seed * 100 + at)));
  });
  return model;
}

const ids = [
  [5, 9],
  [7, 1],
  [3, 3],
  [8, 2],
  [6, 6],
  [5, 9],
];

/** Logits of the last tokens of rows, a row each. */
function logitsOf(model: LanguageModel, rows: readonly (readonly number[])[]): Float32Array[] {
  return scope(() => {
    const logits = model.forward(int32(rows.flat(), [rows.length, 2]));
    return Array.from({ length: rows.length }, (_, row) =>
      logits
        .narrow(0, row, row + 1)
        .narrow(1, 1, 2)
        .toFloat32()
        .slice(),
    );
  });
}

function furthest(a: Float32Array, b: Float32Array): number {
  return Math.max(...a.map((value, at) => Math.abs(value - (b[at] as number))));
}

test("each row gets its adapter's logits; one without, the base's bits", async () => {
  const models = new Map([
    ["a", await adapted({ targets: ["q_proj", "down_proj"], rank: 4, seed: 1 })],
    ["b", await adapted({ targets: ["all-linear"], rank: 20, seed: 2 })],
    ["c", await adapted({ targets: ["v_proj"], rank: 2, seed: 3, start: "pissa" })],
  ]);
  for (const model of models.values()) expect(canMix(base, model)).toBe(true);
  const mixedModel = await modelAgain(loaded);
  const before = liveTensors();
  const mixed = new MixedAdapters(mixedModel, models);
  const rows = ["a", "", "b", "c", "b", "a"];
  mixed.choose(rows);
  const found = logitsOf(mixedModel, ids);
  for (const [at, name] of rows.entries()) {
    const [own] = logitsOf(models.get(name) ?? base, [ids[at] as number[]]);
    // another order of a few sums of float32, over logits of about 10
    expect(furthest(found[at]!, own!), `row ${at}`).toBeLessThan(1e-4);
    if (name === "") expect(found[at]).toEqual(logitsOf(base, ids)[at]);
  }
  expect(furthest(found[0]!, found[1]!)).toBeGreaterThan(0.1);

  // alone, in another order, and after others came and went: the same bits
  for (const names of [["b"], ["b", "a"], ["c", "b"]]) {
    mixed.choose(names);
    const again = logitsOf(
      mixedModel,
      names.map((name) => ids[rows.indexOf(name)] as number[]),
    );
    for (const [at, name] of names.entries())
      expect(again[at], `${name} of ${names.join()}`).toEqual(found[rows.indexOf(name)]);
  }
  mixed.dispose();
  expect(liveTensors()).toBe(before);
  dispose(
    [...models.values()].flatMap((model) => [...model.trainableSlots()].map((slot) => slot.get())),
  );
});

test("what is no LoRA on linear layers alone has passes of its own", async () => {
  const dora = await adapted({ targets: ["q_proj"], rank: 2, seed: 1, kind: "dora" });
  const embedding = await adapted({ targets: ["q_proj", "embed_tokens"], rank: 2, seed: 1 });
  const changed = await adapted({ targets: ["q_proj"], rank: 2, seed: 1 });
  expect(canMix(base, changed)).toBe(true);
  carry(changed, () => {
    const [, slot] = [...changed.slots()].filter(({ name }) => name.endsWith("norm.weight"));
    slot?.set(slot.get().mul(2));
  });
  expect([dora, embedding, changed, base].map((model) => canMix(base, model))).toEqual([
    ...[false, false, false, false],
  ]);
});
