// A checkpoint is known again by its digest: the same wherever it lies, another one when weights or config differ.
import { expect, test } from "vitest";
import { modelDigest, openModelFolder } from "../../../src/weights/index.ts";
import { makeFolder } from "../../support/folders.ts";
import { safetensorsBytes } from "../../support/model-files.ts";

const megabyte = 1 << 20;
const config = JSON.stringify({ model_type: "llama" });

async function digestOf(weights: Uint8Array, configText = config): Promise<string> {
  const folder = makeFolder({ "config.json": configText, "model.safetensors": weights });
  return await modelDigest(await openModelFolder(folder));
}

/** A file of so many float32 numbers, with some of its bytes changed. */
function weightsOf(count: number, changedFrom?: number, changedTo?: number): Uint8Array {
  const bytes = new Uint8Array(safetensorsBytes({ "a.weight": ["F32", [count]] }));
  return changedFrom === undefined ? bytes : bytes.fill(1, changedFrom, changedTo);
}

test("the same files in another folder have the same digest", async () => {
  const digest = await digestOf(weightsOf(8));
  expect(digest).toMatch(/^[0-9a-f]{64}$/);
  expect(await digestOf(weightsOf(8))).toBe(digest);
});

test("one byte of a small file, or of config.json, changes it", async () => {
  const digest = await digestOf(weightsOf(8));
  expect(await digestOf(weightsOf(8, -1))).not.toBe(digest);
  expect(await digestOf(weightsOf(9))).not.toBe(digest);
  const other = JSON.stringify({ model_type: "llama", rope_theta: 5 });
  expect(await digestOf(weightsOf(8), other)).not.toBe(digest);
});

test("a large file is sampled to its end", async () => {
  const digest = await digestOf(weightsOf(5 * megabyte));
  expect(await digestOf(weightsOf(5 * megabyte, 7 * megabyte, 8 * megabyte))).not.toBe(digest);
  expect(await digestOf(weightsOf(5 * megabyte, -1))).not.toBe(digest);
});
