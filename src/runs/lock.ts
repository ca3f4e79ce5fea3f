// One writer a run folder: a lock file that names the process, and can tell that the process is gone.
// Not a lock between machines that share a folder over a network.
import {
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { isAlive, type ProcessIdentity, thisProcess } from "../core/process-alive.ts";
import { folderLocked } from "./run-errors.ts";

export const LOCK_FILE = "run.lock";

/** The process that holds a folder. Its start tells it from a later one of the same id. */
export type Holder = ProcessIdentity;

/** Looked at by hand: a list of runs reads a lock each, and zod is half of what such a small program loads. */
function isHolder(value: unknown): value is Holder {
  if (typeof value !== "object" || value === null) return false;
  const { pid, started, host } = value as Partial<Holder>;
  const isProcess = Number.isSafeInteger(pid) && (pid ?? 0) > 0;
  return isProcess && (started === null || typeof started === "string") && typeof host === "string";
}

function readHolder(path: string): Holder | undefined {
  try {
    const holder: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isHolder(holder) ? holder : undefined;
  } catch {
    return undefined;
  }
}

/** Who holds the folder, of another machine as well; undefined when it is free or the lock is stale. */
export function lockOwner(folder: string): Holder | undefined {
  const holder = readHolder(join(folder, LOCK_FILE));
  return holder !== undefined && isAlive(holder) ? holder : undefined;
}

/** The process that holds the folder, or undefined when it is free or the lock is stale. */
export const lockHolder = (folder: string): number | undefined => lockOwner(folder)?.pid;

/** Between making the file and naming its holder; a crash just there leaves a lock that counts this long. */
const writingMilliseconds = 2000;

function isBeingWritten(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  // a clock that was set back does not keep the folder locked until it has caught up
  return stats !== undefined && Math.abs(Date.now() - stats.mtimeMs) < writingMilliseconds;
}

function create(path: string): boolean {
  const holder: Holder = thisProcess();
  try {
    const file = openSync(path, "wx");
    writeSync(file, JSON.stringify(holder));
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

export interface RunLock {
  release(): void;
}

/** `path` holds what stood at `lock`. */
function requireStale(lock: string, path: string, isNew: boolean): void {
  const holder = readHolder(path);
  const isTaken = holder === undefined ? isBeingWritten(path) : isAlive(holder);
  if (isTaken) throw folderLocked(lock, holder, isNew);
}

/**
 * Takes a stale lock away. It is moved first and looked at again, because another process may have replaced it in
 * between: then it is put back.
 */
function removeStale(path: string, isNew: boolean): void {
  requireStale(path, path, isNew);
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  try {
    requireStale(path, aside, isNew);
  } catch (error) {
    renameSync(aside, path);
    throw error;
  }
  rmSync(aside, { force: true });
}

/**
 * Takes the folder's lock, replacing a stale one; for a new run any other folder would do as well. Throws FT-RUN-003
 * (exit 75) when it is held.
 */
export function acquireLock(folder: string, { isNew = false } = {}): RunLock {
  const path = join(folder, LOCK_FILE);
  if (!create(path)) {
    removeStale(path, isNew);
    if (!create(path)) throw folderLocked(path, readHolder(path), isNew);
  }
  return { release: () => rmSync(path, { force: true }) };
}
