// A checkpoint folder: what was trained, the optimizer's moments, the run's state, and a manifest of sizes and hashes.
// Written to a temporary name and renamed, so that it is there whole or not at all.
import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { replaceFolderAtomic, temporaryNameFor, writeJsonAtomic } from "../core/atomic-files.ts";
import { DataError } from "../core/errors.ts";
import { hashFile } from "../core/file-hash.ts";
import { shellWord } from "../core/shell.ts";
import { retain } from "../mx/index.ts";
import type { Optimizer } from "../nn/index.ts";
import { TRAINED_FOLDER } from "../runs/checkpoints.ts";
import { loadTensorFile, saveTensors } from "../weights/index.ts";
import { RunState } from "./state.ts";
import type { Tuning } from "./tuning/index.ts";

const optimizerFile = "optimizer.safetensors";
const stateFile = "state.json";
const manifestFile = "manifest.json";
const Manifest = z.object({
  version: z.literal(1),
  files: z.record(z.string(), z.object({ bytes: z.int().min(0), sha256: z.string() })),
});

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

async function describeFiles(folder: string): Promise<z.infer<typeof Manifest>> {
  const files: z.infer<typeof Manifest>["files"] = {};
  for (const name of await filesBelow(folder)) {
    const path = join(folder, name);
    files[name] = { bytes: (await stat(path)).size, sha256: await hashFile(path) };
  }
  return { version: 1, files };
}

/** Writes everything that resuming needs. */
export async function saveCheckpoint(
  folder: string,
  tuning: Tuning,
  optimizer: Optimizer,
  state: RunState,
): Promise<void> {
  const temporary = temporaryNameFor(folder);
  try {
    await mkdir(temporary, { recursive: true });
    await tuning.save(join(temporary, TRAINED_FOLDER));
    const { tensors, steps } = optimizer.state();
    await saveTensors(join(temporary, optimizerFile), tensors, { format: "mlx" });
    await writeJsonAtomic(join(temporary, stateFile), { ...state, optimizerSteps: steps });
    await writeJsonAtomic(join(temporary, manifestFile), await describeFiles(temporary));
    await replaceFolderAtomic(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

function damaged(folder: string, message: string, problems: readonly string[]): DataError {
  return new DataError("FT-TRAIN-003", {
    at: { file: folder },
    message,
    problems,
    hint: `rm -r ${shellWord(folder)}, then resume: the checkpoint before it is used`,
  });
}

async function readManifest(folder: string): Promise<z.infer<typeof Manifest>> {
  const path = join(folder, manifestFile);
  try {
    return Manifest.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    throw damaged(folder, "the checkpoint is damaged", [
      `${manifestFile}: missing or not readable`,
    ]);
  }
}

/** Throws DataError FT-TRAIN-003 naming each file that is missing or differs from the manifest. */
async function verify(folder: string): Promise<void> {
  const { files } = await readManifest(folder);
  const problems: string[] = [];
  for (const [name, expected] of Object.entries(files)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) problems.push(`${name}: missing`);
    else if (found.size !== expected.bytes)
      problems.push(`${name}: ${found.size} bytes, expected ${expected.bytes}`);
    else if ((await hashFile(path)) !== expected.sha256) problems.push(`${name}: content changed`);
  }
  if (problems.length > 0) throw damaged(folder, "the checkpoint is damaged", problems);
}

/** Puts a checkpoint back into a prepared run and returns its state. */
export async function restoreCheckpoint(
  folder: string,
  tuning: Tuning,
  optimizer: Optimizer,
): Promise<RunState> {
  await verify(folder);
  const state = RunState.parse(JSON.parse(await readFile(join(folder, stateFile), "utf8")));
  await tuning.load(join(folder, TRAINED_FOLDER));
  const { tensors } = await loadTensorFile(join(folder, optimizerFile));
  const before = [...optimizer.tensors()];
  optimizer.restore({ tensors: retain(tensors), steps: state.optimizerSteps });
  for (const tensor of before) tensor.dispose();
  return state;
}
