// One writer a run folder: a lock file that names the process, and can tell that the process is gone.
// Not a lock between machines that share a folder over a network.
import { execFileSync, type ExecFileSyncOptionsWithStringEncoding } from "node:child_process";
import {
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { folderLocked } from "./run-errors.ts";

export const LOCK_FILE = "run.lock";

const Holder = z.object({
  pid: z.int().positive(),
  /** Start of the process as the system tells it, because process ids are used again; null when unknown. */
  started: z.string().nullable(),
  host: z.string(),
});

type Holder = z.infer<typeof Holder>;

const PS_OPTIONS: ExecFileSyncOptionsWithStringEncoding = {
  encoding: "utf8",
  stdio: ["ignore", "pipe", "ignore"],
};

/** In place of the start of a process that has ended, but whose parent has not asked how. */
const ENDED = "ended";

const isEnded = (state: string | undefined): boolean => state === "Z" || state === "X";

/** When a process started, in the system's own words, or that it has ended; undefined when it cannot be told. */
function startOf(pid: number): string | undefined {
  try {
    if (process.platform === "linux") {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      // the name in parentheses may hold spaces; the state is the first field after it, the start time the 20th
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return isEnded(fields[0]) ? ENDED : fields[19];
    }
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], PS_OPTIONS).trim() || undefined;
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whether the process that wrote the lock still lives. A lock from another machine counts as live. */
function isHeld(holder: Holder): boolean {
  if (holder.host !== hostname()) return true;
  if (!isRunning(holder.pid)) return false;
  const started = startOf(holder.pid);
  if (started === ENDED) return false;
  return holder.started === null || started === undefined || started === holder.started;
}

function readHolder(path: string): Holder | undefined {
  try {
    const parsed = Holder.safeParse(JSON.parse(readFileSync(path, "utf8")));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** The process that holds the folder, or undefined when it is free or the lock is stale. */
export function lockHolder(folder: string): number | undefined {
  const holder = readHolder(join(folder, LOCK_FILE));
  return holder !== undefined && isHeld(holder) ? holder.pid : undefined;
}

/** Between making the file and naming its holder; a crash just there leaves a lock that counts this long. */
const writingMilliseconds = 2000;

function isBeingWritten(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs < writingMilliseconds;
}

function create(path: string): boolean {
  const holder: Holder = {
    pid: process.pid,
    started: startOf(process.pid) ?? null,
    host: hostname(),
  };
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
function requireStale(lock: string, path: string): void {
  const holder = readHolder(path);
  const isTaken = holder === undefined ? isBeingWritten(path) : isHeld(holder);
  if (isTaken) throw folderLocked(lock, holder);
}

/**
 * Takes a stale lock away. It is moved first and looked at again, because another process may have replaced it in
 * between: then it is put back.
 */
function removeStale(path: string): void {
  requireStale(path, path);
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  try {
    requireStale(path, aside);
  } catch (error) {
    renameSync(aside, path);
    throw error;
  }
  rmSync(aside, { force: true });
}

/** Takes the folder's lock, replacing a stale one. Throws FT-RUN-003 (exit 75) when it is held. */
export function acquireLock(folder: string): RunLock {
  const path = join(folder, LOCK_FILE);
  if (!create(path)) {
    removeStale(path);
    if (!create(path)) throw folderLocked(path, readHolder(path));
  }
  return { release: () => rmSync(path, { force: true }) };
}
