// An adapter on every layer that can carry one, merged into every architecture's checkpoint: what is stored computes
// what base and adapter compute. Packed bases, and what stays packed, included.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadAdapter } from "../../src/adapters/index.ts";
import { planConversion } from "../../src/export/conversion.ts";
import { writeConversion } from "../../src/export/converted-folder.ts";
import { mergedModel } from "../../src/export/merged-model.ts";
import { loadStoredModel, planFittingModel } from "../../src/models/index.ts";
import { dispose, int32, memory, resetPeakMemory, scope } from "../../src/mx/index.ts";
import { openModelFolder, type StoredModel } from "../../src/weights/index.ts";
import {
  bitsOf,
  checkpointOf,
  folderOfModels,
  modelNames,
  relativeDifference,
} from "../parity/models/fixtures.ts";
import { drawnAdapter } from "../support/drawn-adapter.ts";
import { rounds } from "../support/soak.ts";

const root = mkdtempSync(path.join(tmpdir(), "ft-merging-"));
afterAll(() => rmSync(root, { recursive: true }));

const quantized = path.join(import.meta.dirname, "../fixtures/quantized");
const packedNames = readdirSync(quantized, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const allNames = modelNames.filter((name) =>
  readdirSync(path.join(folderOfModels, name)).some((file) => /^model.*\.safetensors$/.test(file)),
);

/** A fourth of them in every run, all in `make soak`. */
const names = allNames.filter((_, at) => at % rounds({ slice: 4, soak: 1 }) === 0);

const ids = (): ReturnType<typeof int32> =>
  int32(
    Array.from({ length: 12 }, (_, at) => (at * 11) % 40),
    [1, 12],
  );

/** In float32, as all is computed here. */
async function logitsApart(merged: StoredModel, base: StoredModel, folder: string) {
  const [whole, apart, plain] = await Promise.all(
    [merged, base, base].map((one) => loadStoredModel(one, { dtype: "float32" })),
  );
  if (!whole || !apart || !plain) throw new RangeError("three models");
  await loadAdapter(folder, apart.model);
  const found = scope(() => {
    const wanted = apart.model.forward(ids());
    return {
      merged: relativeDifference(whole.model.forward(ids()), wanted),
      base: relativeDifference(plain.model.forward(ids()), wanted),
    };
  });
  dispose([whole.model, apart.model, plain.model]);
  return found;
}

/** Sums are made in another order, in float32. */
const sameSums = 5e-5;

test.each(names)("%s", async (name) => {
  const base = await checkpointOf(name);
  const folder = await drawnAdapter(base, path.join(root, name));
  const merged = await mergedModel(base, folder);
  const known = new Set((await planFittingModel(base)).source.tensors.keys());
  expect([...merged.tensors.keys()].filter((key) => !known.has(key))).toEqual([]);
  const apart = await logitsApart(merged, base, folder);
  expect(apart.merged).toBeLessThanOrEqual(sameSums);
  expect(apart.base).toBeGreaterThan(20 * sameSums);
});

const openPacked = (name: string): Promise<StoredModel> =>
  openModelFolder(path.join(quantized, name));

const isPackedPart = (name: string): boolean => name.endsWith(".scales");

describe.each(packedNames)("%s", (name) => {
  test.each(["lora", "dora"])("%s on every layer", async (kind) => {
    const base = await openPacked(name);
    const folder = await drawnAdapter(base, path.join(root, `${name}-${kind}`), { kind });
    const merged = await mergedModel(base, folder);
    expect([...merged.tensors.keys()].filter(isPackedPart)).toEqual([]);
    expect(merged.config).not.toHaveProperty("quantization");
    const apart = await logitsApart(merged, base, folder);
    expect(apart.merged).toBeLessThanOrEqual(sameSums);
    expect(apart.base).toBeGreaterThan(20 * sameSums);
  });
});

test("what the adapter does not change stays packed, bit for bit", async () => {
  const base = await openPacked("llama-mxfp4");
  const folder = await drawnAdapter(base, path.join(root, "partly"), { targets: ["q_proj"] });
  const merged = await mergedModel(base, folder);
  const packed = (stored: StoredModel): string[] => [...stored.tensors.keys()].filter(isPackedPart);
  const isChanged = (at: string): boolean => at.includes(".q_proj.");
  expect(packed(merged).toSorted()).toEqual(
    packed(base)
      .filter((at) => !isChanged(at))
      .toSorted(),
  );
  const [before, after] = [base.load(), merged.load()];
  for (const at of merged.tensors.keys()) {
    const kept = after.read(at);
    if (isChanged(at)) expect(kept.dtype).toBe("float32");
    else expect(bitsOf(kept)).toEqual(bitsOf(before.read(at)));
  }
  const apart = await logitsApart(merged, base, folder);
  expect(apart.merged).toBeLessThanOrEqual(sameSums);
});

test("written as a folder in the base's precision, one tensor at a time", async () => {
  const base = await checkpointOf("llama-bfloat16");
  const folder = await drawnAdapter(base, path.join(root, "half"));
  const conversion = await planConversion(await mergedModel(base, folder), {});
  expect(new Set(conversion.tensors.map(({ dtype }) => dtype))).toEqual(new Set(["bfloat16"]));
  const largest = Math.max(...[...base.tensors.values()].map(({ bytes }) => bytes));
  const before = memory().activeBytes;
  resetPeakMemory();
  await writeConversion(path.join(root, "half-merged"), conversion);
  // one tensor in bfloat16 and float32, its update and its sum
  expect(memory().peakBytes - before).toBeLessThan(conversion.bytes);
  expect(memory().peakBytes - before).toBeLessThanOrEqual(12 * largest);
  expect(memory().activeBytes).toBe(before);
});

test("packed anew, it is packed from the sum", async () => {
  const base = await checkpointOf("llama");
  const folder = await drawnAdapter(base, path.join(root, "anew"));
  const packing = { mode: "affine", bits: 8, groupSize: 32 } as const;
  const conversion = await planConversion(await mergedModel(base, folder), { packing });
  expect(conversion.packed.size).toBeGreaterThan(3);
  await writeConversion(path.join(root, "anew-merged"), conversion);
  const apart = await logitsApart(
    await openModelFolder(path.join(root, "anew-merged")),
    base,
    folder,
  );
  // of eight bits
  expect(apart.merged).toBeLessThanOrEqual(0.03);
  expect(apart.base).toBeGreaterThan(0.1);
});
