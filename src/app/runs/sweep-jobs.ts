// The jobs that train a sweep's trials, as one thing: ended together, gone on with together. A sweep that a terminal runs
// has none.
import { dirname } from "node:path";
import { cancelJob, type Job, resumeJob, retryJob, type Store } from "../../store/index.ts";
import { trainingJobs } from "./run-job.ts";

export interface SweepControl {
  canStop: boolean;
  canResume: boolean;
}

type Of = (jobs: ReadonlyMap<string, Job>, folder: string) => Job[];

/** The newest job of each trial below `folder`. */
export const jobsOfSweep: Of = (jobs, folder) =>
  [...jobs].flatMap(([place, job]) => (dirname(place) === folder ? [job] : []));

const isOpen = ({ status }: Job): boolean => ["pending", "running", "paused"].includes(status);
const goesOn = ({ status }: Job): boolean => ["paused", "failed", "cancelled"].includes(status);

export const sweepControl = (jobs: readonly Job[]): SweepControl => ({
  canStop: jobs.some(isOpen),
  canResume: jobs.some(goesOn),
});

/** Cancels what waits first, so that none begins meanwhile. Gives how many. */
export async function stopSweep(store: Store, folder: string): Promise<number> {
  const open = jobsOfSweep(await trainingJobs(store), folder).filter(isOpen);
  const inOrder = open.toSorted(
    (a, b) => Number(a.status === "running") - Number(b.status === "running"),
  );
  for (const { id } of inOrder) await cancelJob(store, id);
  return inOrder.length;
}

/** What was cancelled or failed is done again, from its checkpoint where there is one; what is paused goes on. */
export async function resumeSweep(store: Store, folder: string): Promise<number> {
  const ended = jobsOfSweep(await trainingJobs(store), folder).filter(goesOn);
  // the newest is the last trial
  for (const { id, status } of ended.toReversed())
    await (status === "paused" ? resumeJob : retryJob)(store, id);
  return ended.length;
}
