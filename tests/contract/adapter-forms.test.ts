// An adapter on every layer of every architecture, written in PEFT's form and read again: the same layers, the same
// updates. And what PEFT's file says of a published weight is what merging does to that weight.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import {
  type AdapterBase,
  adapterFormats,
  openAdapter,
  type StoredAdapter,
} from "../../src/adapters/index.ts";
import { writeAdapter } from "../../src/export/adapter-folder.ts";
import { mergedModel } from "../../src/export/merged-model.ts";
import { architectureOf, planFittingModel } from "../../src/models/index.ts";
import { dispose, scope, type Tensor } from "../../src/mx/index.ts";
import { loadTensorFile, shapesOf, type StoredModel } from "../../src/weights/index.ts";
import {
  checkpointOf,
  folderOfModels,
  modelNames,
  relativeDifference,
} from "../parity/models/fixtures.ts";
import { drawnAdapter, drawnShape } from "../support/drawn-adapter.ts";
import { rounds } from "../support/soak.ts";

const root = mkdtempSync(path.join(tmpdir(), "ft-forms-"));
afterAll(() => rmSync(root, { recursive: true }));

const allNames = modelNames.filter((name) =>
  readdirSync(path.join(folderOfModels, name)).some((file) => /^model.*\.safetensors$/.test(file)),
);
/** A fourth of them in every run, all in `make soak`. */
const names = allNames.filter(
  (_, at) => at % rounds({ slice: 4, soak: 1 }) === 1 % rounds({ slice: 4, soak: 1 }),
);

async function baseOf(stored: StoredModel): Promise<AdapterBase> {
  const { model, source } = await planFittingModel(stored);
  const architecture = await architectureOf(source.config);
  const published = architecture.recipe(source.config);
  const mlx = architecture.packedRecipe(source.config);
  return { model, published, mlx, shapes: shapesOf(source) };
}

/** Of each layer, by path: its update as a matrix, or a stack of them. */
function updatesOf(adapter: StoredAdapter): Map<string, Tensor> {
  const { layers } = adapter.load();
  return new Map(
    [...layers].map(([at, { lora_a: a, lora_b: b }]) => {
      const { scale } = adapter.layers.get(at)?.shape ?? drawnShape;
      const [first, second] = [a as Tensor, b as Tensor];
      const product = first.ndim === 3 ? second.matmul(first) : first.matmul(second);
      return [at, product.mul(scale)];
    }),
  );
}

/** Factors of several layers that are joined are padded, and their products added up in another order. */
const sameSums = 1e-6;

function expectSame(found: StoredAdapter, wanted: StoredAdapter): void {
  scope(() => {
    const [one, other] = [updatesOf(found), updatesOf(wanted)];
    expect([...one.keys()].toSorted()).toEqual([...other.keys()].toSorted());
    for (const [at, update] of other)
      expect(relativeDifference(one.get(at) as Tensor, update), at).toBeLessThanOrEqual(sameSums);
  });
}

/** What merging changed of each published weight of which PEFT's file has a plain update. */
async function expectMerged(base: StoredModel, ours: string, theirs: string): Promise<number> {
  const { tensors } = await loadTensorFile(path.join(theirs, "adapter_model.safetensors"));
  const [before, after] = [base.load(), (await mergedModel(base, ours)).load()];
  const module = (name: string): string =>
    name.slice("base_model.model.".length, -".lora_A.weight".length);
  const weights = [...tensors.keys()]
    .filter((name) => name.endsWith(".lora_A.weight"))
    .map((name) => [name, `${module(name)}.weight`] as const)
    .filter(([, weight]) => base.tensors.get(weight)?.shape.length === 2);
  scope(() => {
    for (const [name, weight] of weights) {
      const b = tensors.get(name.replace("lora_A", "lora_B")) as Tensor;
      const update = b.matmul(tensors.get(name) as Tensor).mul(drawnShape.scale);
      const change = after
        .read(weight)
        .astype("float32")
        .sub(before.read(weight).astype("float32"));
      const given = change.shape.join() === update.shape.join() ? update : update.transpose();
      const isTurned = change.dim(0) === change.dim(1) && relativeDifference(given, change) > 0.1;
      // of a sum and its parts in float32
      expect(relativeDifference(isTurned ? given.transpose() : given, change), weight).toBeLessThan(
        1e-4,
      );
    }
  });
  dispose(tensors);
  return weights.length;
}

/** Files of some name layers otherwise than transformers' modules; of all others weights were compared. */
let compared = 0;
afterAll(() => expect(compared).toBeGreaterThan(4 * names.length));

test.each(names)("%s", async (name) => {
  const stored = await checkpointOf(name);
  const base = await baseOf(stored);
  const ours = await drawnAdapter(stored, path.join(root, name));
  const theirs = path.join(root, `${name}-peft`);
  const adapter = await openAdapter(ours, base);
  const written = adapterFormats.get("peft").write(adapter, base);
  expect(written.dropped).toEqual([]);
  await writeAdapter(theirs, written);
  const again = await openAdapter(theirs, base);
  expect(again).toMatchObject({ format: "peft", dropped: [], unties: false });
  expectSame(again, adapter);
  compared += await expectMerged(stored, ours, theirs);
  const back = path.join(root, `${name}-back`);
  await writeAdapter(back, adapterFormats.get("mlx").write(again, base));
  expectSame(await openAdapter(back, base), adapter);
});
