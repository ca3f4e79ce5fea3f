// The tiny models of tests/fixtures/models, by name, and what transformers computed with them.
// Each is made by a specimen of dev/port/architectures; not a loader of its own.
import { readdirSync } from "node:fs";
import path from "node:path";
import { relativeDistance } from "../../../dev/port/compare.ts";
import { checkpointIn, type Expected, expectedIn } from "../../../dev/port/fixture.ts";
import { type LoadedModel, loadStoredModel } from "../../../src/models/index.ts";
import { type Dtype, type Tensor, tensorsIn } from "../../../src/mx/index.ts";
import type { StoredModel } from "../../../src/weights/index.ts";

export const folderOfModels = path.join(import.meta.dirname, "../../fixtures/models");

/** Ends every failure of a comparison. */
export const regenerate =
  "(make port MODEL_TYPE shows which layer departs, and makes fixtures anew)";

export const modelNames = readdirSync(folderOfModels, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

export async function checkpointOf(name: string): Promise<StoredModel> {
  return checkpointIn(path.join(folderOfModels, name));
}

export async function loadFixture(name: string, dtype?: Dtype): Promise<LoadedModel> {
  return loadStoredModel(await checkpointOf(name), dtype === undefined ? {} : { dtype });
}

export async function expectedOf(name: string): Promise<Expected> {
  return expectedIn(path.join(folderOfModels, name));
}

/** Largest absolute difference over the largest absolute value of `expected`. */
export function relativeDifference(actual: Tensor, expected: Tensor): number {
  if (actual.shape.join() !== expected.shape.join())
    throw new Error(`shape ${actual.shape.join("×")}, expected ${expected.shape.join("×")}`);
  return relativeDistance(actual.toFloat32(), expected.toFloat32());
}

/** Bytes of every tensor in `value`, for bit-for-bit comparison. */
export function bitsOf(value: unknown): string[] {
  return tensorsIn(value).map((tensor) => {
    const memory = tensor.toMemory();
    return Buffer.from(memory.buffer, memory.byteOffset, memory.byteLength).toString("base64");
  });
}
