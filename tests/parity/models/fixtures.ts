// The tiny models of tests/fixtures/models and what transformers computed with them.
// Not a loader of its own: everything goes through src/weights and src/models.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type LoadedModel, loadCheckpoint } from "../../../src/models/index.ts";
import { type Dtype, type Tensor, tensorsIn } from "../../../src/mx/index.ts";
import {
  type Checkpoint,
  loadTensorFile,
  openCheckpointFolder,
} from "../../../src/weights/index.ts";

export const folderOfModels = path.join(import.meta.dirname, "../../fixtures/models");

/** Ends every failure of a comparison. */
export const regenerate =
  "(expected values are made by tests/fixtures/models/make.py, whose head names the versions)";

export const modelNames = readdirSync(folderOfModels, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

/** The checkpoint, with the weights of another fixture where from.json says so. */
export async function checkpointOf(name: string): Promise<Checkpoint> {
  const folder = path.join(folderOfModels, name);
  const pointer = path.join(folder, "from.json");
  if (!existsSync(pointer)) return openCheckpointFolder(folder);
  const { weights } = JSON.parse(readFileSync(pointer, "utf8")) as { weights: string };
  const config: unknown = JSON.parse(readFileSync(path.join(folder, "config.json"), "utf8"));
  return { ...(await openCheckpointFolder(path.join(folderOfModels, weights))), config };
}

export async function loadFixture(name: string, dtype?: Dtype): Promise<LoadedModel> {
  return loadCheckpoint(await checkpointOf(name), dtype === undefined ? {} : { dtype });
}

export interface Expected {
  /** (2, 17) int32. */
  ids: Tensor;
  targets: Tensor;
  weights: Tensor;
  logits: Tensor;
  loss: Tensor;
  /** By the checkpoint's names and layout; empty for most models. */
  gradients: Map<string, Tensor>;
}

export async function expectedOf(name: string): Promise<Expected> {
  const { tensors } = await loadTensorFile(path.join(folderOfModels, name, "expected.safetensors"));
  const one = (key: string): Tensor => {
    const tensor = tensors.get(key);
    if (tensor === undefined) throw new Error(`${name} has no ${key} ${regenerate}`);
    return tensor;
  };
  const prefix = "gradient:";
  const gradients = [...tensors].filter(([key]) => key.startsWith(prefix));
  return {
    ids: one("ids"),
    targets: one("targets"),
    weights: one("weights"),
    logits: one("logits"),
    loss: one("loss"),
    gradients: new Map(gradients.map(([key, value]) => [key.slice(prefix.length), value])),
  };
}

/** Largest absolute difference over the largest absolute value of `expected`. */
export function relativeDifference(actual: Tensor, expected: Tensor): number {
  if (actual.shape.join() !== expected.shape.join())
    throw new Error(`shape ${actual.shape.join("×")}, expected ${expected.shape.join("×")}`);
  const [values, wanted] = [actual.toFloat32(), expected.toFloat32()];
  let difference = 0;
  let largest = 0;
  for (const [index, value] of wanted.entries()) {
    const apart = Math.abs((values[index] ?? Number.NaN) - value);
    if (Number.isNaN(apart)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, apart);
    largest = Math.max(largest, Math.abs(value));
  }
  return largest === 0 ? difference : difference / largest;
}

/** Bytes of every tensor in `value`, for bit-for-bit comparison. */
export function bitsOf(value: unknown): string[] {
  return tensorsIn(value).map((tensor) => {
    const memory = tensor.toMemory();
    return Buffer.from(memory.buffer, memory.byteOffset, memory.byteLength).toString("base64");
  });
}
