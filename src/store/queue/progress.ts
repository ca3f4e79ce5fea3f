// How far a job is, how fast it goes, when it will end and what it has cost: counted when asked.
import { type Spending, spendingOf } from "../ledger/calls.ts";
import type { Store } from "../store.ts";
import type { UnitStatus } from "../tables.ts";
import { type Job, readJob } from "./jobs.ts";

export interface Progress {
  job: Job;
  units: Record<UnitStatus, number>;
  /** Units a second over the last hundred; null before two have ended. */
  rate: number | null;
  /** Seconds until all units have ended at this rate; null when that cannot be told. */
  secondsLeft: number | null;
  spending: Spending;
}

const lookedAt = 100;

async function rateOf({ db, now }: Store, jobId: string): Promise<number | null> {
  const ends = await db
    .selectFrom("events")
    .select("at")
    .where("job_id", "=", jobId)
    .where("type", "in", ["unit-done", "unit-failed"])
    .orderBy("id", "desc")
    .limit(lookedAt)
    .execute();
  const [last] = ends;
  const first = ends.at(-1);
  if (last === undefined || first === undefined || ends.length < 2) return null;
  const between = (ends.length - 1) / Math.max(last.at - first.at, 1);
  // a job that stands still gets slower with every moment
  const untilNow = ends.length / Math.max(now() - first.at, 1);
  return 1000 * Math.min(between, untilNow);
}

export async function progressOf(store: Store, jobId: string): Promise<Progress> {
  const job = await readJob(store.db, jobId);
  const counts = await store.db
    .selectFrom("units")
    .select(({ fn }) => ["status", fn.countAll<number>().as("count")])
    .where("job_id", "=", jobId)
    .groupBy("status")
    .execute();
  const units: Record<UnitStatus, number> = {
    ready: 0,
    leased: 0,
    done: 0,
    failed: 0,
    cancelled: 0,
  };
  for (const { status, count } of counts) units[status] = count;
  const rate = await rateOf(store, jobId);
  const left = units.ready + units.leased;
  const goesOn = job.status === "running" && rate !== null && rate > 0;
  const secondsLeft = left === 0 ? 0 : goesOn ? left / rate : null;
  return { job, units, rate, secondsLeft, spending: await spendingOf(store, jobId) };
}
