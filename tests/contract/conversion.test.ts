// Every architecture's checkpoints are converted and come back: packed as when they are packed while loading, unpacked
// again, and in another precision. What other programs make of what is written is tests/interop/models' question.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { planConversion } from "../../src/export/conversion.ts";
import { writeConversion } from "../../src/export/converted-folder.ts";
import {
  architectures,
  choosePackings,
  loadStoredModel,
  packChosen,
} from "../../src/models/index.ts";
import { type Dtype, dispose, int32, memory, resetPeakMemory, scope } from "../../src/mx/index.ts";
import { openModelFolder, packAsMlx } from "../../src/weights/index.ts";
import {
  bitsOf,
  checkpointOf,
  folderOfModels,
  modelNames,
  relativeDifference,
} from "../parity/models/fixtures.ts";

const root = mkdtempSync(path.join(tmpdir(), "ft-conversion-"));
afterAll(() => rmSync(root, { recursive: true }));

/** Some fixtures are another's weights under another configuration. */
const names = modelNames.filter((name) =>
  readdirSync(path.join(folderOfModels, name)).some((file) => /^model.*\.safetensors$/.test(file)),
);

const typeOf = (folder: string): string =>
  String(JSON.parse(readFileSync(path.join(folder, "config.json"), "utf8")).model_type);

test("every architecture has a checkpoint to convert", () => {
  const types = new Set(names.map((name) => typeOf(path.join(folderOfModels, name))));
  expect(architectures.names().filter((name) => !types.has(name))).toEqual([]);
});

const ids = (): ReturnType<typeof int32> =>
  int32(
    Array.from({ length: 12 }, (_, at) => (at * 11) % 40),
    [1, 12],
  );

const packing = { mode: "affine", bits: 4, groupSize: 32 } as const;

/** Packed and unpacked matrices are multiplied in another order, in float32. */
const sameSums = 2e-5;

describe.each(names)("%s", (name) => {
  const folder = (what: string): string => path.join(root, `${name}-${what}`);

  test("packed, it is what is packed while it is loaded", async () => {
    const stored = await checkpointOf(name);
    const conversion = await planConversion(stored, { packing });
    await writeConversion(folder("packed"), conversion);
    // rows of some fixtures are no whole groups: their layers stay as they are
    expect(conversion.packed.size + conversion.dense.length).toBeGreaterThan(3);
    const again = await loadStoredModel(await openModelFolder(folder("packed")));
    const wanted = await loadStoredModel(stored, {
      replaceLayers: packChosen((model) => choosePackings(model, packing), packAsMlx),
    });
    expect([...again.model.parameters().keys()]).toEqual([...wanted.model.parameters().keys()]);
    expect(bitsOf(again.model.parameters())).toEqual(bitsOf(wanted.model.parameters()));
    scope(() => {
      const difference = relativeDifference(
        again.model.forward(ids()).astype("float32"),
        wanted.model.forward(ids()).astype("float32"),
      );
      // weights that were turned lie otherwise in memory, and their products add up in another order
      expect(difference).toBeLessThanOrEqual(5e-6);
    });
    dispose([again.model, wanted.model]);
  });

  test("unpacked again, it computes the same", async () => {
    const packed = await openModelFolder(folder("packed"));
    const conversion = await planConversion(packed, { unpacks: true });
    await writeConversion(folder("plain"), conversion);
    expect(conversion.config).not.toHaveProperty("quantization");
    const [plain, before] = await Promise.all([
      loadStoredModel(await openModelFolder(folder("plain"))),
      loadStoredModel(packed),
    ]);
    scope(() => {
      const difference = relativeDifference(
        plain.model.forward(ids()).astype("float32"),
        before.model.forward(ids()).astype("float32"),
      );
      // in a checkpoint of bfloat16 each layer's output is rounded to eight bits
      const tolerance = name.endsWith("bfloat16") ? 0.05 : sameSums;
      expect(difference).toBeLessThanOrEqual(tolerance);
    });
    dispose([plain.model, before.model]);
  });

  test("in another precision, it holds the rounded numbers under the same names", async () => {
    const stored = await checkpointOf(name);
    const dtype: Dtype = "float16";
    const conversion = await planConversion(stored, { dtype });
    await writeConversion(folder("half"), conversion);
    const again = await openModelFolder(folder("half"));
    expect([...again.tensors.keys()].filter((key) => !stored.tensors.has(key))).toEqual([]);
    const [half, wanted] = await Promise.all([
      loadStoredModel(again),
      loadStoredModel(stored, { dtype }),
    ]);
    expect(bitsOf(half.model.parameters())).toEqual(bitsOf(wanted.model.parameters()));
    dispose([half.model, wanted.model]);
  });
});

test("no more than a tensor or two is in memory", async () => {
  const stored = await checkpointOf("llama");
  const conversion = await planConversion(stored, { dtype: "float32" });
  const largest = Math.max(...[...stored.tensors.values()].map(({ bytes }) => bytes));
  const before = memory().activeBytes;
  resetPeakMemory();
  await writeConversion(path.join(root, "watched"), conversion);
  expect(memory().peakBytes - before).toBeLessThanOrEqual(3 * largest);
  expect(3 * largest).toBeLessThan(conversion.bytes / 2);
  expect(memory().activeBytes).toBe(before);
});
