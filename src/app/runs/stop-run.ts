// Ends a run that goes on somewhere on this machine, or on a host that it was sent to, in order: its process finishes the step, saves a checkpoint and
// says so. Asked once: a second request would make a command in the foreground end at once, so it only waits.
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { UsageError } from "../../core/errors.ts";
import { interrupted } from "../../core/interrupted.ts";
import type { Environment } from "../../core/paths.ts";
import { shellWord } from "../../core/shell.ts";
import {
  type EndEvent,
  endOf,
  endedUntold,
  isEndEvent,
  type Holder,
  lockOwner,
  notRunning,
  otherMachine,
  readEvents,
  type RunDetails,
  showRun,
} from "../../runs/index.ts";
import { storePath } from "../../store/index.ts";
import { leftElsewhere, stopElsewhere } from "../remote/hosts-elsewhere.ts";
import type { HostPointer } from "../remote/hosts-pointer.ts";
import { withStore } from "../store/with-store.ts";
import { trainingJobs } from "./run-job.ts";
import { askHolder, forgetRequest, isAsked } from "./stop-request.ts";

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

/** A run of the queue is stopped there: its worker would only go on with it. */
async function requireNoJob(environment: Environment, folder: string): Promise<void> {
  if (!existsSync(storePath(environment))) return;
  const job = await withStore(environment, async (store) =>
    (await trainingJobs(store)).get(folder),
  );
  if (job?.status !== "running") return;
  throw new UsageError("FT-RUN-021", {
    message: `The run in ${folder} belongs to the job ${job.id}, whose worker would continue it`,
    hint: `ft jobs pause ${job.id}, or ft jobs cancel ${job.id} for good: both save a checkpoint`,
  });
}

const statuses = {
  "run-completed": "completed",
  "run-failed": "failed",
  "run-stopped": "stopped",
} as const satisfies Record<EndEvent["type"], StoppedRun["status"]>;

/** The command with which a run goes on. */
export function goesOnWith({
  outputDir,
  record,
}: Pick<RunDetails, "outputDir" | "record">): string {
  const service = record.remote === undefined ? "ft train resume" : "ft remote train --resume";
  return `${service} ${shellWord(outputDir)}`;
}

function told(run: RunDetails, end: EndEvent): StoppedRun {
  const { runId, outputDir, step, latest } = showRun(run.outputDir);
  const isDone = end.type === "run-completed";
  return {
    ...{ runId, outputDir, status: statuses[end.type], step },
    checkpointPath: latest?.path ?? null,
    resume: isDone ? null : goesOnWith(run),
  };
}

interface StopOptions {
  environment: Environment;
  /** Aborting ends the waiting; the run stops all the same. */
  signal?: AbortSignal | undefined;
  /** Called once it is asked; `already` where that was done before. */
  onAsked?: ((holder: Holder, already: boolean) => void) | undefined;
  /** Told how that goes, of a run on a host. */
  onNotice?: ((text: string) => void) | undefined;
}

/** One on a host that nobody here follows. */
async function stopLeft(
  left: HostPointer,
  { environment, signal, onNotice = () => undefined }: StopOptions,
): Promise<StoppedRun> {
  const { id: runId, output: outputDir } = left;
  const end = await stopElsewhere(environment, left, { signal, onNotice });
  if (end !== undefined && isEndEvent(end)) return told(showRun(outputDir), end);
  return {
    ...{ runId, outputDir, status: "stopped", step: 0 },
    checkpointPath: null,
    resume: null,
  };
}

/** By folder or id. Resolves once it has ended. */
export async function stopRun(name: string, options: StopOptions): Promise<StoppedRun> {
  const left = leftElsewhere(options.environment, name);
  if (left !== undefined) return await stopLeft(left, options);
  const run = showRun(name);
  const folder = run.outputDir;
  const holder = lockOwner(folder);
  if (holder === undefined) throw notRunning(folder, run.status);
  if (holder.host !== hostname()) throw otherMachine(folder, holder);
  await requireNoJob(options.environment, folder);
  const already = isAsked(folder, holder);
  if (!already) askHolder(folder, holder);
  options.onAsked?.(holder, already);
  while (lockOwner(folder)?.pid === holder.pid) {
    if (options.signal?.aborted === true) throw interrupted("waiting; the run ends all the same");
    await pause(100);
  }
  forgetRequest(folder);
  const end = endOf(readEvents(folder));
  if (end === undefined) throw endedUntold(folder);
  return told(run, end);
}

/** As `stopRun`, for who does not wait: resolves once it is asked, and looks after the rest by itself. */
export async function askToStop(
  name: string,
  options: Pick<StopOptions, "environment" | "signal">,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    // what comes of it later stands in the run's folder
    stopRun(name, { ...options, onAsked: () => resolve() }).then(() => resolve(), reject);
  });
}
