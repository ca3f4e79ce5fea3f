// A worker in the process that asks for it, and what happens in the queue while it works.
import type { Environment } from "../../core/paths.ts";
import {
  eventsAfter,
  followEvents,
  type Job,
  type JobEvent,
  lastEventId,
  listJobs,
} from "../../store/index.ts";
import { withStore } from "../store/with-store.ts";
import { jobKinds } from "./kinds/registry.ts";
import { runJobs, type RunJobsOptions } from "./run-jobs.ts";

export interface WorkHereOptions extends RunJobsOptions {
  /** What happens to any job, whoever works on it. */
  onEvent(event: JobEvent): void;
}

export interface WorkedHere {
  /** Jobs that failed meanwhile. */
  failed: number;
  /** Jobs that wait, and that no worker does: they go on with the command that made them. */
  unable: Job[];
}

export async function workHere(
  environment: Environment,
  { onEvent, ...options }: WorkHereOptions,
): Promise<WorkedHere> {
  return await withStore(environment, async (store) => {
    const ended = new AbortController();
    let failed = 0;
    let after = await lastEventId(store);
    const hear = (event: JobEvent): void => {
      after = event.id;
      if (event.type === "job-failed") failed += 1;
      onEvent(event);
    };
    const telling = (async () => {
      for await (const event of followEvents(store, { after, signal: ended.signal })) hear(event);
    })();
    try {
      await runJobs(environment, options);
    } finally {
      ended.abort();
      await telling;
      for (const event of await eventsAfter(store, { after, limit: 100_000 })) hear(event);
    }
    const waiting = await listJobs(store, { status: "pending", limit: 10_000 });
    return { failed, unable: waiting.filter(({ kind }) => !jobKinds.has(kind)) };
  });
}
