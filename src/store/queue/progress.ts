// How far a job is, how fast it goes, when it will end and what it has cost: counted when asked.
import { type Spending, spendingOf } from "../ledger/calls.ts";
import type { Store } from "../store.ts";
import type { UnitStatus } from "../tables.ts";
import type { EventData } from "./events.ts";
import { type Job, readJob } from "./jobs.ts";

export interface Progress {
  job: Job;
  units: Record<UnitStatus, number>;
  /** Units a second over the last hundred; null before two have ended. */
  rate: number | null;
  /** Seconds until all units have ended at this rate; null when that cannot be told. */
  secondsLeft: number | null;
  /** How much is over, of 1: whole units, and of those in hand the part that they have told. */
  share: number;
  /** What units in hand have told of themselves; of jobs of many units it is not looked up. */
  inHand: EventData["unit-progress"][];
  spending: Spending;
}

/** A job of more units is told by whole ones. */
const fewUnits = 1000;

async function toldInHand(
  { db }: Store,
  { id, units }: Job,
): Promise<EventData["unit-progress"][]> {
  if (units.total > fewUnits) return [];
  const rows = await db
    .selectFrom("events")
    .innerJoin("units", "units.id", "events.unit_id")
    .select("events.data")
    .where("events.job_id", "=", id)
    .where("events.type", "=", "unit-progress")
    .where("units.status", "in", ["leased", "ready"])
    .orderBy("events.id")
    .execute();
  return rows.map(({ data }) => JSON.parse(data) as EventData["unit-progress"]);
}

const partOf = ({ done, total }: { done: number; total: number }): number =>
  total > 0 ? Math.min(1, done / total) : 0;

/** Of all units, how much is over. */
function shareOf({ units }: Job, inHand: readonly { done: number; total: number }[]): number {
  if (units.total === 0) return 1;
  const parts = inHand.reduce((sum, told) => sum + partOf(told), 0);
  return Math.min(1, (units.done + units.failed + parts) / units.total);
}

/** By the pace of whole units; of a job that is one unit, by what that one says. */
function timeLeft(
  { status, units }: Job,
  left: number,
  rate: number | null,
  inHand: readonly EventData["unit-progress"][],
): number | null {
  if (left === 0) return 0;
  if (status !== "running") return null;
  if (units.total === 1) return inHand[0]?.secondsLeft ?? null;
  return rate === null || rate <= 0 ? null : left / rate;
}

const lookedAt = 100;

async function rateOf({ db, now }: Store, jobId: string): Promise<number | null> {
  const found = await db
    .selectFrom("events")
    .select("at")
    .where("job_id", "=", jobId)
    .where("type", "in", ["unit-done", "unit-failed"])
    .orderBy("id", "desc")
    .limit(lookedAt)
    .execute();
  // those before the machine's clock was set back say nothing of the time between
  const back = found.findIndex(({ at }, index) => at > (found[index - 1]?.at ?? now()));
  const ends = back < 0 ? found : found.slice(0, back);
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
  const inHand = await toldInHand(store, job);
  const secondsLeft = timeLeft(job, left, rate, inHand);
  const share = shareOf(job, inHand);
  return { job, units, rate, secondsLeft, share, inHand, spending: await spendingOf(store, jobId) };
}
