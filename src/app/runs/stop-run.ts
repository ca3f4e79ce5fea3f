// Ends a run that goes on somewhere on this machine, in order: its process finishes the step, saves a checkpoint and
// says so. Asked once: a second request would make a command in the foreground end at once, so it only waits.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { UsageError } from "../../core/errors.ts";
import { interrupted } from "../../core/interrupted.ts";
import type { Environment } from "../../core/paths.ts";
import { shellWord } from "../../core/shell.ts";
import {
  type EndEvent,
  endOf,
  endedUntold,
  type Holder,
  lockOwner,
  notRunning,
  otherMachine,
  otherUser,
  readEvents,
  type RunDetails,
  showRun,
} from "../../runs/index.ts";
import { storePath } from "../../store/index.ts";
import { withStore } from "../store/with-store.ts";
import { trainingJobs } from "./run-job.ts";

export interface StoppedRun {
  runId: string;
  outputDir: string;
  /** How it ended: stopped, or by itself meanwhile. */
  status: "stopped" | "completed" | "failed";
  step: number;
  checkpointPath: string | null;
  /** The command with which it goes on; null where all is done. */
  resume: string | null;
}

const STOP_FILE = "run.stop";

const Asked = z.object({ pid: z.int(), started: z.string().nullable() });

/** Whether that process has been asked already. */
function isAsked(folder: string, { pid, started }: Holder): boolean {
  try {
    const asked = Asked.parse(JSON.parse(readFileSync(join(folder, STOP_FILE), "utf8")));
    return asked.pid === pid && asked.started === started;
  } catch {
    return false;
  }
}

function ask(folder: string, { pid, started }: Holder): void {
  writeFileSync(join(folder, STOP_FILE), JSON.stringify({ pid, started }));
  try {
    process.kill(pid, "SIGTERM");
  } catch (error) {
    rmSync(join(folder, STOP_FILE), { force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EPERM") throw otherUser(folder, pid);
    // ESRCH: it has ended by itself
    if (code !== "ESRCH") throw error;
  }
}

/** A run of the queue is stopped there: its worker would only go on with it. */
async function requireNoJob(environment: Environment, folder: string): Promise<void> {
  if (!existsSync(storePath(environment))) return;
  const job = await withStore(environment, async (store) =>
    (await trainingJobs(store)).get(folder),
  );
  if (job?.status !== "running") return;
  throw new UsageError("FT-RUN-021", {
    message: `The run in ${folder} is the job ${job.id}'s, whose worker would go on with it`,
    hint: `ft jobs pause ${job.id}, or ft jobs cancel ${job.id} for good: both save a checkpoint`,
  });
}

const statuses = {
  "run-completed": "completed",
  "run-failed": "failed",
  "run-stopped": "stopped",
} as const satisfies Record<EndEvent["type"], StoppedRun["status"]>;

function told(run: RunDetails, end: EndEvent): StoppedRun {
  const { runId, outputDir, step, latest } = showRun(run.outputDir);
  const service = run.record.remote === undefined ? "ft train resume" : "ft remote train --resume";
  const isDone = end.type === "run-completed";
  return {
    ...{ runId, outputDir, status: statuses[end.type], step },
    checkpointPath: latest?.path ?? null,
    resume: isDone ? null : `${service} ${shellWord(outputDir)}`,
  };
}

interface StopOptions {
  environment: Environment;
  /** Aborting ends the waiting; the run stops all the same. */
  signal?: AbortSignal | undefined;
  /** Called once it is asked; `already` where that was done before. */
  onAsked?: ((holder: Holder, already: boolean) => void) | undefined;
}

/** By folder or id. Resolves once it has ended. */
export async function stopRun(name: string, options: StopOptions): Promise<StoppedRun> {
  const run = showRun(name);
  const folder = run.outputDir;
  const holder = lockOwner(folder);
  if (holder === undefined) throw notRunning(folder, run.status);
  if (holder.host !== hostname()) throw otherMachine(folder, holder);
  await requireNoJob(options.environment, folder);
  const already = isAsked(folder, holder);
  if (!already) ask(folder, holder);
  options.onAsked?.(holder, already);
  while (lockOwner(folder)?.pid === holder.pid) {
    if (options.signal?.aborted === true) throw interrupted("waiting; the run ends all the same");
    await pause(100);
  }
  rmSync(join(folder, STOP_FILE), { force: true });
  const end = endOf(readEvents(folder));
  if (end === undefined) throw endedUntold(folder);
  return told(run, end);
}
