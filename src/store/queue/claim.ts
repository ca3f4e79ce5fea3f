// Takes units to work on: by priority of their jobs, then oldest first, within the limits, each under a lease.
// The fence grows with every lease: a result counts only with the fence of the last one.
import { sql } from "kysely";
import { flavourOf } from "../flavours/flavour-of.ts";
import type { Turn } from "../flavours/flavour.ts";
import { type Database, inTransaction, type Store } from "../store.ts";
import { recordEvent } from "./events.ts";
import { freeUnits, JobPlaces, type JobsAtOnce, readLimits } from "./limits.ts";
import { setStatus } from "./status.ts";

export interface ClaimedUnit {
  id: number;
  jobId: string;
  /** JSON that the job was made with. */
  parameters: unknown;
  key: string;
  kind: string;
  input: unknown;
  /** This try, from 1. */
  attempt: number;
  fence: number;
}

export interface ClaimRequest extends JobsAtOnce {
  worker: string;
  /** Kinds that this worker does, with how many of each may go on at once in all processes. */
  kinds: ReadonlyMap<string, number>;
  /** At most so many. */
  count: number;
  leaseMilliseconds: number;
  /** Units of this job alone. */
  onlyJob?: string;
}

interface Candidate {
  id: string;
  kind: string;
  status: string;
  stage: number;
  parameters: string;
}

/** What a job is that may have units to begin. Those paused or ended have none. */
type Open = "pending" | "running";

/** Jobs that may have units to begin, in turn. */
async function candidates(db: Database, open: readonly Open[]): Promise<Candidate[]> {
  return await db
    .selectFrom("jobs")
    .select(["id", "kind", "status", "stage", "parameters"])
    .where("status", "in", open)
    .orderBy("priority", "desc")
    .orderBy("created_at")
    .orderBy("id")
    .execute();
}

interface ReadyUnit {
  id: number;
  key: string;
  kind: string;
  input: string | null;
  attempts: number;
  fence: number;
}

/** Nobody is told to wait longer, in milliseconds. A unit that would have to: the machine's clock was set back. */
const longestWait = 600_000;

const isDue = (now: number) =>
  sql<boolean>`(units.not_before <= ${now} or units.not_before > ${now + longestWait})`;

async function readyUnits(
  db: Database,
  job: Candidate,
  kinds: readonly string[],
  now: number,
  limit: number,
): Promise<ReadyUnit[]> {
  const query = db
    .selectFrom("units")
    .select(["id", "key", "kind", "input", "attempts", "fence"])
    .where("job_id", "=", job.id)
    .where("stage", "=", job.stage)
    .where(sql<boolean>`status = 'ready'`)
    .where(isDue(now))
    .where("kind", "in", kinds)
    .orderBy("id")
    .limit(limit);
  return await flavourOf(db).passingOver(query).execute();
}

/** Whether anything of such jobs could be claimed, without taking anybody's turn. */
async function hasWork(
  db: Database,
  open: Open,
  kinds: readonly string[],
  now: number,
): Promise<boolean> {
  const found = await db
    .selectFrom("jobs")
    .innerJoin("units", "units.job_id", "jobs.id")
    .select("units.id")
    .where("jobs.status", "=", open)
    .where(sql<boolean>`units.status = 'ready'`)
    .whereRef("units.stage", "=", "jobs.stage")
    .where(isDue(now))
    .where("units.kind", "in", kinds)
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

async function lease(
  db: Database,
  { worker, leaseMilliseconds }: ClaimRequest,
  unit: ReadyUnit,
  now: number,
): Promise<void> {
  await db
    .updateTable("units")
    .set({
      status: "leased",
      worker,
      fence: unit.fence + 1,
      attempts: unit.attempts + 1,
      lease_until: now + leaseMilliseconds,
      started_at: now,
    })
    .where("id", "=", unit.id)
    .execute();
}

async function startJob(db: Database, id: string, now: number): Promise<void> {
  await setStatus(db, now, id, "running");
  await recordEvent(db, now, { jobId: id }, "job-started", {});
}

/** Units that this worker holds from now on; none when there is nothing to do. */
export async function claimUnits(store: Store, request: ClaimRequest): Promise<ClaimedUnit[]> {
  const now = store.now();
  const all = [...request.kinds.keys()];
  if (request.count < 1) return [];
  const begins = await hasWork(store.db, "pending", all, now);
  if (!begins && !(await hasWork(store.db, "running", all, now))) return [];
  const open: Open[] = begins ? ["pending", "running"] : ["running"];
  const turns: Turn[] = begins ? ["writers", "claims"] : ["claims"];
  const claim = async (db: Database): Promise<ClaimedUnit[]> => {
    const limits = await readLimits(db);
    const free = await freeUnits(db, request.kinds, limits);
    const places = await JobPlaces.count(db, limits, request);
    const claimed: ClaimedUnit[] = [];
    for (const job of await candidates(db, open)) {
      if ((request.onlyJob ?? job.id) !== job.id) continue;
      const kinds = all.filter((kind) => (free.get(kind) ?? 0) > 0);
      const wanted = request.count - claimed.length;
      if (wanted < 1 || kinds.length === 0) break;
      if (job.status === "pending" && !places.hasOne(job.kind)) continue;
      const ready = await readyUnits(db, job, kinds, now, wanted);
      const fitting = ready.filter(({ kind }) => takeOne(free, kind));
      if (fitting.length === 0) continue;
      if (job.status === "pending") {
        places.take(job.kind);
        await startJob(db, job.id, now);
      }
      for (const unit of fitting) {
        await lease(db, request, unit, now);
        claimed.push(claimedUnit(job, unit));
      }
    }
    return claimed;
  };
  // a job's beginning is an event, and events are written in the writers' turn
  return await inTransaction(store.db, claim, { turns });
}

function takeOne(free: Map<string, number>, kind: string): boolean {
  const left = free.get(kind) ?? 0;
  if (left === 0) return false;
  free.set(kind, left - 1);
  return true;
}

const claimedUnit = (job: Candidate, unit: ReadyUnit): ClaimedUnit => ({
  id: unit.id,
  jobId: job.id,
  parameters: JSON.parse(job.parameters) as unknown,
  key: unit.key,
  kind: unit.kind,
  input: unit.input === null ? null : (JSON.parse(unit.input) as unknown),
  attempt: unit.attempts + 1,
  fence: unit.fence + 1,
});
