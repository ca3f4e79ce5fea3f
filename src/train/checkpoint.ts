// A checkpoint folder: what the learner writes, the run's state, and a manifest of sizes and hashes.
// Written to a temporary name and renamed, so that it is there whole or not at all.
import { existsSync } from "node:fs";
import { cp, readFile, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { replaceFolderAtomic, temporaryNameFor, writeJsonAtomic } from "../core/atomic-files.ts";
import { DataError } from "../core/errors.ts";
import { makeFolders } from "../core/folders.ts";
import { parseJson } from "../core/json-text.ts";
import { shellWord } from "../core/shell.ts";
import {
  DescribedFiles,
  describeFiles,
  differencesFrom,
  listCheckpoints,
  TRAINED_FOLDER,
  type VerifiedFiles,
} from "../runs/index.ts";
import type { Learner, LearnerState } from "./learner.ts";
import { RunState } from "./state.ts";

const stateFile = "state.json";
const manifestFile = "manifest.json";

const Manifest = z.object({ version: z.literal(1), files: DescribedFiles });

/** Writes everything that resuming needs; tells what the learner remembers beside. */
export async function saveCheckpoint(
  folder: string,
  learner: Learner,
  state: RunState,
): Promise<LearnerState> {
  const temporary = temporaryNameFor(folder);
  try {
    makeFolders(temporary);
    const learned = await learner.save(temporary);
    const { optimizerSteps } = learned;
    await writeJsonAtomic(join(temporary, stateFile), { ...state, optimizerSteps });
    await describeCheckpoint(temporary);
    await replaceFolderAtomic(temporary, folder);
    return learned;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** Writes the sizes and hashes of all that is in the folder now. */
export async function describeCheckpoint(folder: string): Promise<void> {
  await rm(join(folder, manifestFile), { force: true });
  const files = await describeFiles(folder);
  await writeJsonAtomic(join(folder, manifestFile), { version: 1, files });
}

function damaged(folder: string, message: string, problems: readonly string[]): DataError {
  const other = listCheckpoints(dirname(dirname(folder))).findLast(({ path }) => path !== folder);
  const before =
    other === undefined ? "the run begins again" : `it goes on after step ${other.step}`;
  return new DataError("FT-TRAIN-003", {
    at: { file: folder },
    message,
    problems,
    hint: `rm -r ${shellWord(folder)}, then resume: ${before}`,
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

/** Whether a folder is a checkpoint, whole or damaged. */
export const isCheckpoint = (folder: string): boolean =>
  [manifestFile, stateFile, TRAINED_FOLDER].filter((name) => existsSync(join(folder, name)))
    .length > 1;

/** What of a checkpoint is not as it was written. Throws DataError FT-TRAIN-003 without a readable manifest. */
export async function verifyCheckpoint(folder: string): Promise<VerifiedFiles> {
  const { files } = await readManifest(folder);
  const differences = await differencesFrom(folder, files);
  return { files: Object.keys(files).length, differences };
}

/** Throws DataError FT-TRAIN-003 naming each file that is missing or differs from the manifest. */
async function verify(folder: string): Promise<void> {
  const { differences } = await verifyCheckpoint(folder);
  const problems = differences.map(({ file, reason }) => `${file}: ${reason}`);
  if (problems.length > 0) throw damaged(folder, "the checkpoint is damaged", problems);
}

/** What the run remembered there, which has to be what it knew after the step that the folder is called by. */
async function readState(folder: string): Promise<RunState> {
  const parsed = parseJson(await readFile(join(folder, stateFile), "utf8"));
  const { data } = RunState.safeParse((parsed.ok ? parsed.value : undefined) ?? {});
  if (data !== undefined && basename(folder) === `step-${data.step}`) return data;
  const reason = data === undefined ? "no state of a run" : `the state of step ${data.step}`;
  throw damaged(folder, "the checkpoint is damaged", [`${stateFile}: ${reason}`]);
}

/** Puts a checkpoint back into a prepared learner and returns the run's state. */
export async function restoreCheckpoint(folder: string, learner: Learner): Promise<RunState> {
  await verify(folder);
  const state = await readState(folder);
  await learner.restore(folder, state);
  return state;
}

/** Writes what a checkpoint trained to another folder. Throws DataError FT-TRAIN-003 for a damaged one. */
export async function copyTrained(folder: string, to: string): Promise<void> {
  await verify(folder);
  await cp(join(folder, TRAINED_FOLDER), to, { recursive: true });
}
