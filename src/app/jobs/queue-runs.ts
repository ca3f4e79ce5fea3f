// Runs put into the queue instead of trained at once: one, or those of a sweep one after the other.
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { Environment } from "../../core/paths.ts";
import { CONFIG_FILE } from "../../runs/index.ts";
import { type Job, listJobs, type Store } from "../../store/index.ts";
import type { ResolvedConfig } from "../config/resolve.ts";
import { withStore } from "../store/with-store.ts";
import { checkSettings } from "../train/check-settings.ts";
import { claimFolder, isDone, type Sweep, type Trial } from "../train/sweep.ts";
import type { TrainingParameters } from "./kinds/training.ts";
import { submitJob } from "./submit.ts";

export interface QueueOptions {
  extensions: readonly string[];
  force: boolean;
  profile: boolean;
  maySleep: boolean;
  priority?: number | undefined;
}

function parametersOf(
  { config, origins }: ResolvedConfig,
  { extensions, force, profile, maySleep }: QueueOptions,
  resume: boolean,
): TrainingParameters {
  return {
    config: { ...config },
    origins: Object.fromEntries(origins),
    extensions: [...extensions],
    ...{ resume, force, profile, maySleep },
  };
}

/** @throws whatever starting the run with these settings would throw now; ConfigError FT-JOB-008. */
export async function queueRun(
  environment: Environment,
  resolved: ResolvedConfig,
  options: QueueOptions,
): Promise<Job> {
  const { priority } = options;
  const parameters = parametersOf(resolved, options, false);
  return await withStore(environment, (store) =>
    submitJob(store, "training", parameters, { priority, environment }),
  );
}

export interface QueuedTrial {
  folder: string;
  /** Undefined where nothing is to be done: it is complete. */
  job: Job | undefined;
}

const isBegun = ({ folder }: Trial): boolean => existsSync(join(folder, CONFIG_FILE));

/** Jobs that are going to train, or do it now, by their folders. */
async function jobsByFolder(store: Store): Promise<ReadonlyMap<unknown, Job>> {
  const found = new Map<unknown, Job>();
  for (const status of ["pending", "running", "paused"] as const)
    for (const job of await listJobs(store, { kind: "training", status, limit: 10_000 }))
      found.set((job.parameters as TrainingParameters).config["output_dir"], job);
  return found;
}

function titleOf({ folder: sweep }: Sweep, { folder }: Trial): string {
  return `${basename(sweep)}: ${basename(folder)}`;
}

/**
 * Puts every run of the sweep that is not complete into the queue, in order; one that is there already is left as it is.
 * All are checked before the first is put there. @throws as `queueRun`, and as `runSweep` for a folder of another sweep.
 */
export async function queueTrials(
  store: Store,
  environment: Environment,
  sweep: Sweep,
  options: QueueOptions,
): Promise<QueuedTrial[]> {
  const { extensions, priority } = options;
  const fresh = sweep.trials.filter((trial) => !isBegun(trial));
  for (const { resolved } of fresh) await checkSettings({ config: resolved.config, extensions });
  await claimFolder(sweep);
  const known = await jobsByFolder(store);
  const queued: QueuedTrial[] = [];
  for (const trial of sweep.trials) {
    const { folder, resolved } = trial;
    let job = isDone(trial) ? undefined : known.get(folder);
    if (!isDone(trial) && job === undefined) {
      const parameters = parametersOf(resolved, options, isBegun(trial));
      const how = { priority, environment, title: titleOf(sweep, trial) };
      job = await submitJob(store, "training", parameters, how);
    }
    queued.push({ folder, job });
  }
  return queued;
}

/** The same in the user's own store. */
export const queueSweep = async (
  environment: Environment,
  sweep: Sweep,
  options: QueueOptions,
): Promise<QueuedTrial[]> =>
  await withStore(environment, (store) => queueTrials(store, environment, sweep, options));
