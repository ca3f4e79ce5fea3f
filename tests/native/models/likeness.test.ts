// Bases are known again by what a few layers give: in other precisions and packings, and not by others' shapes.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { attachLora, saveAdapter } from "../../../src/adapters/index.ts";
import { convertModel } from "../../../src/app/models/convert-model.ts";
import { convertAdapter } from "../../../src/app/share/adapter-commands.ts";
import { mergedModel } from "../../../src/export/merged-model.ts";
import { loadModel } from "../../../src/generate/load-model.ts";
import { likenessOf, loadStoredModel } from "../../../src/models/index.ts";
import { dispose } from "../../../src/mx/index.ts";
import { likeness, modelDigest, openModelFolder } from "../../../src/weights/index.ts";
import { makeToyModel } from "../../support/toy-model.ts";

const root = mkdtempSync(path.join(tmpdir(), "ft-likeness-"));
afterAll(() => rmSync(root, { recursive: true }));
const place = (name: string): string => path.join(root, name);
const config = { hidden_size: 64, intermediate_size: 128 };

const likenessIn = async (name: string): Promise<string> =>
  (await likenessOf(await openModelFolder(place(name)))) ?? "";

const between = async (one: string, other: string): Promise<number> =>
  likeness(await likenessIn(one), await likenessIn(other)) ?? Number.NaN;

beforeAll(async () => {
  await makeToyModel(place("base"), { config, seed: 3 });
  await makeToyModel(place("other"), { config, seed: 4 });
  const stored = await openModelFolder(place("base"));
  const { model } = await loadStoredModel(stored);
  const shape = { rank: 2, scale: 2, dropout: 0 };
  const attached = attachLora(model, { ...shape, targets: ["q_proj"], blockCount: -1 }, 1);
  await saveAdapter(place("adapter"), model, attached, shape, {
    base: place("base"),
    baseDigest: await modelDigest(stored),
    baseLikeness: await likenessOf(stored),
    template: "auto",
  });
  dispose(model);
}, 120_000);

test("precision and packing change it little, other weights all of it", async () => {
  await convertModel({ model: place("base"), folder: place("half"), dtype: "bfloat16" });
  for (const bits of [2, 4, 8])
    await convertModel({ model: place("base"), folder: place(`q${bits}`), bits });
  // half a rounding step of eight bits a number
  expect(await between("base", "base")).toBeCloseTo(1, 5);
  expect(await between("base", "half")).toBeGreaterThan(0.999);
  expect(await between("base", "q8")).toBeGreaterThan(0.99);
  expect(await between("base", "q4")).toBeGreaterThan(0.9);
  expect(await between("base", "q2")).toBeGreaterThan(0.6);
  expect(await between("base", "other")).toBeLessThan(0.4);
});

test("an adapter on another base is refused with both names; on its own in four bits it is told", async () => {
  const refusal = {
    code: "FT-ADAPTER-004",
    message: expect.stringContaining(place("other")),
    hint: expect.stringContaining(place("base")),
  };
  const on = (model: string, adapter = "adapter") =>
    loadModel(place(model), { adapter: place(adapter) });
  await expect(on("other")).rejects.toMatchObject(refusal);
  await expect(
    mergedModel(await openModelFolder(place("other")), place("adapter")),
  ).rejects.toMatchObject(refusal);
  // PEFT's form says so too
  await convertAdapter(place("adapter"), { output: place("peft"), to: "peft" });
  await expect(on("other", "peft")).rejects.toMatchObject({ code: "FT-ADAPTER-004" });
  const model = await on("q4");
  expect(model.warnings).toEqual([expect.stringContaining("another model")]);
  model.dispose();
  const beside = await loadModel(place("other"));
  await expect(beside.addAdapter("one", place("adapter"))).rejects.toMatchObject(refusal);
  beside.dispose();
});
