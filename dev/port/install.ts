// Puts a fixture that was just made where the tests read it, unless the one there says the same.
// Makes nothing and compares no model.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { loadTensorFile } from "../../src/weights/index.ts";
import { relativeDistance } from "./compare.ts";
import { layerTolerance } from "./fixture.ts";

/** Everything but the trace, which is too large to keep. */
const kept = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name !== "trace.safetensors")
    .toSorted();

async function sameTensors(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map(async (file) => loadTensorFile(file)));
  if (a === undefined || b === undefined || a.tensors.size !== b.tensors.size) return false;
  if (!isDeepStrictEqual(a.metadata, b.metadata)) return false;
  return [...a.tensors].every(([name, tensor]) => {
    const there = b.tensors.get(name);
    if (there?.shape.join() !== tensor.shape.join() || there.dtype !== tensor.dtype) return false;
    return relativeDistance(tensor.toFloat32(), there.toFloat32()) <= layerTolerance;
  });
}

/** Equal, but for the last bits of float32 sums, which another processor may round otherwise. */
async function sameFile(one: string, other: string): Promise<boolean> {
  if (readFileSync(one).equals(readFileSync(other))) return true;
  return one.endsWith(".safetensors") && (await sameTensors(one, other));
}

async function isSame(made: string, installed: string): Promise<boolean> {
  if (!existsSync(installed)) return false;
  const names = kept(made);
  if (names.join() !== kept(installed).join()) return false;
  for (const name of names) {
    if (!(await sameFile(path.join(made, name), path.join(installed, name)))) return false;
  }
  return true;
}

/** Returns whether anything was written. */
export async function install(made: string, installed: string): Promise<boolean> {
  if (await isSame(made, installed)) return false;
  rmSync(installed, { recursive: true, force: true });
  for (const name of kept(made)) cpSync(path.join(made, name), path.join(installed, name));
  return true;
}
