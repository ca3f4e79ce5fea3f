// The job that trains a run, and what a person can do to the run now: pause, stop, go on. A run that was started in a
// terminal has none: it cannot wait in the queue, but its process is asked to stop, and it can go on as a job.
import { hostname } from "node:os";
import type { Environment } from "../../core/paths.ts";
import {
  followedRuns,
  lockOwner,
  type RunDetails,
  type RunStatus,
  type RunSummary,
} from "../../runs/index.ts";
import { failuresOf, isInHand, type Job, listJobs, type Store } from "../../store/index.ts";
import type { TrainingParameters } from "../jobs/kinds/training.ts";
import { submitJob } from "../jobs/submit.ts";
import { isStopping } from "./stop-request.ts";

export interface RunControl {
  /** The newest that writes or wrote to the run's folder. */
  job: Job | null;
  canPause: boolean;
  canStop: boolean;
  /** Its process has been asked to stop, and is about to. */
  isStopping: boolean;
  /** A paused job is resumed; a run that was stopped gets a new one. */
  canResume: boolean;
  /** A process of this machine trains it that works for no job. */
  isOnItsOwn: boolean;
}

type Trained = Pick<RunDetails, "outputDir" | "status" | "record">;

const most = 1000;

const folderOf = ({ parameters }: Job): string =>
  String((parameters as TrainingParameters).config["output_dir"]);

/** By their folders, the newest first. */
export async function trainingJobs(store: Store): Promise<Map<string, Job>> {
  const jobs = await listJobs(store, { kind: "training", limit: most });
  const byFolder = new Map<string, Job>();
  for (const job of jobs) {
    const folder = folderOf(job);
    if (!byFolder.has(folder)) byFolder.set(folder, job);
  }
  return byFolder;
}

/** The run that is in the folder of a job of training; undefined before it has begun, and for jobs of another kind. */
export function runOfJob(job: Job): RunSummary | undefined {
  if (job.kind !== "training") return undefined;
  const folder = folderOf(job);
  return followedRuns().find(
    ({ outputDir, status }) => outputDir === folder && status !== "missing",
  );
}

const doesNotFit = "FT-TRAIN-005";

/** Whether the job has ended because its run is estimated not to fit into memory. */
export async function wasTooLarge(store: Store, { id, kind, status }: Job): Promise<boolean> {
  if (kind !== "training" || status !== "failed") return false;
  const failures = await failuresOf(store, id);
  return failures.some(({ code }) => code === doesNotFit);
}

async function isOnItsOwn(store: Store, run: Trained, job: Job | null): Promise<boolean> {
  const { outputDir, status } = run;
  if (status !== "running" || lockOwner(outputDir)?.host !== hostname()) return false;
  // a job that was cancelled or paused may still be saving
  return job === null || !(await isInHand(store.db, job.id));
}

const goesOn: readonly RunStatus[] = ["stopped", "failed", "crashed"];

export async function controlOf(store: Store, run: Trained): Promise<RunControl> {
  const { outputDir, status, record } = run;
  const job = (await trainingJobs(store)).get(outputDir) ?? null;
  const open = job !== null && ["pending", "running"].includes(job.status);
  const isPaused = job?.status === "paused";
  const alone = !open && (await isOnItsOwn(store, run, job));
  return {
    job,
    canPause: open,
    canStop: open || isPaused || alone,
    isStopping: isStopping(outputDir),
    // a run at a service goes on from a terminal that has its key
    canResume:
      !alone && (isPaused || (!open && record.remote === undefined && goesOn.includes(status))),
    isOnItsOwn: alone,
  };
}

/**
 * Puts a job into the queue that goes on with a run where it was stopped.
 * @throws ConfigError FT-JOB-008 where one is there already; what settings that fit no longer throw.
 */
export async function continueRun(
  store: Store,
  { outputDir, record }: Pick<RunDetails, "outputDir" | "record">,
  environment: Environment,
): Promise<Job> {
  const config = { ...record.config, output_dir: outputDir };
  const parameters = {
    ...{ config, resume: true },
    ...(record.origins !== undefined && { origins: record.origins }),
  };
  return await submitJob(store, "training", parameters, { environment });
}
