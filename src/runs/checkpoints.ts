// The checkpoints of a run folder: where each lies, which are there, `best` and `latest`, which may go.
// What a checkpoint holds is the trainer's business.
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isTemporaryName, writeFileAtomic } from "../core/atomic-files.ts";

/** Text files that name a checkpoint folder: links would not survive every copy of a run. */
export const POINTERS = ["best", "latest"] as const;
export type Pointer = (typeof POINTERS)[number];

/** Inside a checkpoint: the adapter, or the model where every weight was trained. The rest is the trainer's. */
export const TRAINED_FOLDER = "trained";

export interface Checkpoint {
  step: number;
  path: string;
}

const NAME = /^step-(\d+)$/;

export function checkpointsFolder(run: string): string {
  return join(run, "checkpoints");
}

export function checkpointPath(run: string, step: number): string {
  return join(checkpointsFolder(run), `step-${step}`);
}

/** Finished checkpoints, oldest first; temporary folders do not count. */
export function listCheckpoints(run: string): Checkpoint[] {
  const folder = checkpointsFolder(run);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && NAME.test(entry.name))
    .map((entry) => ({ step: Number(NAME.exec(entry.name)?.[1]), path: join(folder, entry.name) }))
    .sort((a, b) => a.step - b.step);
}

/** Takes away what a crash while saving left; only for whoever holds the run. */
export function removeUnfinished(run: string): void {
  for (const folder of [run, checkpointsFolder(run)].filter((each) => existsSync(each))) {
    for (const name of readdirSync(folder)) {
      if (isTemporaryName(name)) rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

function pointerFile(run: string, pointer: Pointer): string {
  return join(checkpointsFolder(run), pointer);
}

/** Points at a checkpoint that exists. */
export async function setPointer(run: string, pointer: Pointer, step: number): Promise<void> {
  await writeFileAtomic(pointerFile(run, pointer), `step-${step}\n`);
}

/** The checkpoint a pointer names; undefined when there is none, or when its folder is gone. */
export function readPointer(run: string, pointer: Pointer): Checkpoint | undefined {
  const file = pointerFile(run, pointer);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const match = NAME.exec(readFileSync(file, "utf8").trim());
  if (match === null) return undefined;
  const step = Number(match[1]);
  const path = checkpointPath(run, step);
  return existsSync(path) ? { step, path } : undefined;
}

/** Removes all but the `keep` newest, never `best`, `latest` or that of the step `needed`; returns what it removed. */
export async function pruneCheckpoints(
  run: string,
  keep: number,
  needed?: number,
): Promise<Checkpoint[]> {
  const pointed = new Set([needed, ...POINTERS.map((pointer) => readPointer(run, pointer)?.step)]);
  const all = listCheckpoints(run);
  const old = all.slice(0, Math.max(0, all.length - keep));
  const removed = old.filter((checkpoint) => !pointed.has(checkpoint.step));
  for (const checkpoint of removed) await rm(checkpoint.path, { recursive: true, force: true });
  return removed;
}
