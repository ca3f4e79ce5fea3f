// What is left in a run's folder for the process that trains it to be asked to stop once: a second request would make a
// command in the foreground end at once.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type Holder, lockOwner, otherUser } from "../../runs/index.ts";

const STOP_FILE = "run.stop";

const Asked = z.object({ pid: z.int(), started: z.string().nullable() });

/** Whether that process has been asked already. */
export function isAsked(folder: string, { pid, started }: Holder): boolean {
  try {
    const asked = Asked.parse(JSON.parse(readFileSync(join(folder, STOP_FILE), "utf8")));
    return asked.pid === pid && asked.started === started;
  } catch {
    return false;
  }
}

/** Whether whoever trains the run has been asked, and has not ended yet. */
export function isStopping(folder: string): boolean {
  const holder = lockOwner(folder);
  return holder !== undefined && isAsked(folder, holder);
}

export const forgetRequest = (folder: string): void =>
  rmSync(join(folder, STOP_FILE), { force: true });

/** Throws FT-RUN-019 where the process is another user's. */
export function askHolder(folder: string, { pid, started }: Holder): void {
  writeFileSync(join(folder, STOP_FILE), JSON.stringify({ pid, started }));
  try {
    process.kill(pid, "SIGTERM");
  } catch (error) {
    forgetRequest(folder);
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EPERM") throw otherUser(folder, pid);
    // ESRCH: it has ended by itself
    if (code !== "ESRCH") throw error;
  }
}
