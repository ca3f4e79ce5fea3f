// Jobs as they are told to whoever asks: the list, one job with what went wrong in it, its log, and its course as it
// goes on. Changes nothing.
import { setTimeout as pause } from "node:timers/promises";
import type { Environment } from "../../core/paths.ts";
import {
  countWorkers,
  eventsAfter,
  type Failure,
  failuresOf,
  findJob,
  isEnded,
  type Job,
  type JobEvent,
  type JobQuery,
  lastEventId,
  listJobs,
  type Progress,
  progressOf,
  type Store,
} from "../../store/index.ts";
import { withStore } from "../store/with-store.ts";
import { jobKinds } from "./kinds/registry.ts";

export interface ShownJob extends Job {
  /** Of 1. */
  share: number;
  /** Units a second. */
  rate: number | null;
  secondsLeft: number | null;
  /** Of units in hand, what they say of themselves. */
  inHand: Progress["inHand"];
  /** Whether a unit of it is being worked on. */
  isWorkedOn: boolean;
  /** Whether `ft jobs work` does it; others go on with the command that made them. */
  isQueued: boolean;
}

function shownOf({ job, share, rate, secondsLeft, inHand, units, spending }: Progress): ShownJob {
  const isWorkedOn = units.leased > 0;
  const spent = Math.max(job.spent, spending.spent);
  const isQueued = jobKinds.has(job.kind);
  return { ...job, spent, share, rate, secondsLeft, inHand, isWorkedOn, isQueued };
}

export async function shownJob(store: Store, id: string): Promise<ShownJob> {
  return shownOf(await progressOf(store, id));
}

export interface JobList {
  /** Newest first. */
  jobs: ShownJob[];
  /** Workers that there are, in all processes. */
  workers: number;
}

export async function jobList(environment: Environment, query: JobQuery): Promise<JobList> {
  return await withStore(environment, async (store) => {
    const jobs: ShownJob[] = [];
    for (const { id } of await listJobs(store, query)) jobs.push(await shownJob(store, id));
    return { jobs, workers: await countWorkers(store) };
  });
}

export interface LogLine {
  at: number;
  level: string;
  message: string;
}

export interface JobDetails {
  job: ShownJob;
  failures: Failure[];
  /** The last lines; all of them where they were asked for. */
  log: LogLine[];
}

/** Lines of a log that are told without being asked for. */
const lastLines = 5;

async function logOf(store: Store, jobId: string): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  let after = 0;
  for (;;) {
    const events = await eventsAfter(store, { jobId, after, types: ["log"] });
    for (const event of events) {
      if (event.type === "log") lines.push({ at: event.at, ...event.data });
      after = event.id;
    }
    if (events.length === 0) return lines;
  }
}

/** `name`: the id, or its beginning. */
export async function jobDetails(
  environment: Environment,
  name: string,
  { wholeLog = false } = {},
): Promise<JobDetails> {
  return await withStore(environment, async (store) => {
    const { id } = await findJob(store, name);
    const log = await logOf(store, id);
    return {
      job: await shownJob(store, id),
      failures: await failuresOf(store, id),
      log: wholeLog ? log : log.slice(-lastLines),
    };
  });
}

export interface FollowJobOptions {
  /** Events after this id; unless said, those that come from now on. */
  after?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Milliseconds between two looks. */
  every?: number | undefined;
}

export type Followed = { event: JobEvent } | { progress: ShownJob };

/** What happens to a job until it has ended, is paused, or the signal; the last is its progress then. */
export async function* followJob(
  store: Store,
  id: string,
  { after, signal, every = 500 }: FollowJobOptions = {},
): AsyncGenerator<Followed> {
  let last = after ?? (await lastEventId(store, id));
  for (;;) {
    // asked first, so that all that led to the end is told before it
    const progress = await shownJob(store, id);
    for (const event of await eventsAfter(store, { jobId: id, after: last, limit: 100_000 })) {
      yield { event };
      last = event.id;
    }
    yield { progress };
    if (isEnded(progress.status) || progress.status === "paused") return;
    if (signal?.aborted === true) return;
    await pause(every, undefined, { signal }).catch(() => undefined);
  }
}
