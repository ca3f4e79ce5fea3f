// Jobs: made of units in one transaction, found and listed. Their course is elsewhere: control.ts, claim.ts, settle.ts.
import { randomBytes } from "node:crypto";
import type { Selectable } from "kysely";
import { setBudget } from "../ledger/budgets.ts";
import { type Database, inTransaction, type Store } from "../store.ts";
import type { JobsTable, JobStatus, UnitStatus } from "../tables.ts";
import { advanceJob } from "./advance.ts";
import { recordEvent } from "./events.ts";
import { ambiguousJob, unknownJob, wrongState } from "./queue-errors.ts";
import { isEnded } from "./status.ts";

export interface NewUnit {
  /** Names the unit in its job; a second one of the same key is not made. */
  key: string;
  /** What does it; the job's kind unless said. */
  kind?: string;
  /** Units of a stage begin when all of lower stages have ended. */
  stage?: number;
  /** JSON. */
  input?: unknown;
  /** Tries before it counts as failed. */
  mostAttempts?: number;
}

export interface NewJob {
  kind: string;
  title?: string;
  /** JSON. */
  parameters?: unknown;
  /** Higher goes first; 0 unless said. */
  priority?: number;
  units: Iterable<NewUnit>;
  /** The most that its calls may cost, in billionths of a dollar. */
  budget?: number;
}

export interface Job {
  id: string;
  kind: string;
  title: string;
  status: JobStatus;
  priority: number;
  parameters: unknown;
  stage: number;
  units: { total: number; done: number; failed: number };
  /** Billionths of a dollar. */
  spent: number;
  result: unknown;
  error: string | null;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
}

const DEFAULT_ATTEMPTS = 4;

const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text));

const toText = (value: unknown): string | null =>
  value === undefined || value === null ? null : JSON.stringify(value);

function jobOf(row: Selectable<JobsTable>): Job {
  return {
    id: row.id,
    kind: row.kind,
    title: row.title,
    status: row.status,
    priority: row.priority,
    parameters: parsed(row.parameters),
    stage: row.stage,
    units: { total: row.units_total, done: row.units_done, failed: row.units_failed },
    spent: row.spent,
    result: parsed(row.result),
    error: row.error,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}

/** The name of the budget that limits one job. */
export const budgetOfJob = (id: string): string => `job:${id}`;

/** Jobs that this process has made: those of one millisecond keep their order too. */
let made = 0;

/** Sorts by time, and in one process by order; short enough to type its beginning. */
function makeJobId(now: number): string {
  made = (made + 1) % 64;
  const within = (now % 1000) * 64 + made;
  const [second, rest] = [Math.floor(now / 1000).toString(36), within.toString(16)];
  return `${second}-${rest.padStart(4, "0")}${randomBytes(3).toString("hex")}`;
}

function* inChunks<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let chunk: T[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** Units of one statement: SQLite takes 32,766 values in one. */
const unitsAtOnce = 100;

async function insertUnits(
  db: Database,
  job: { id: string; kind: string },
  units: Iterable<NewUnit>,
): Promise<number> {
  let added = 0;
  for (const chunk of inChunks(units, unitsAtOnce)) {
    const values = chunk.map(({ key, kind, stage, input, mostAttempts }) => ({
      job_id: job.id,
      key,
      kind: kind ?? job.kind,
      stage: stage ?? 0,
      status: "ready" as const,
      input: toText(input),
      most_attempts: mostAttempts ?? DEFAULT_ATTEMPTS,
    }));
    const inserted = await db
      .insertInto("units")
      .values(values)
      .onConflict((conflict) => conflict.columns(["job_id", "key"]).doNothing())
      .executeTakeFirst();
    added += Number(inserted.numInsertedOrUpdatedRows ?? 0);
  }
  if (added === 0) return 0;
  await db
    .updateTable("jobs")
    .set((set) => ({ units_total: set("units_total", "+", added) }))
    .where("id", "=", job.id)
    .execute();
  return added;
}

/** Makes a job and all its units, or nothing. */
export async function createJob(store: Store, job: NewJob): Promise<Job> {
  const now = store.now();
  const id = makeJobId(now);
  return await inTransaction(store.db, async (db) => {
    await db
      .insertInto("jobs")
      .values({
        id,
        kind: job.kind,
        title: job.title ?? "",
        status: "pending",
        priority: job.priority ?? 0,
        parameters: JSON.stringify(job.parameters ?? {}),
        created_at: now,
        updated_at: now,
      })
      .execute();
    if (job.budget !== undefined) await setBudget(db, budgetOfJob(id), job.budget);
    const units = await insertUnits(db, { id, kind: job.kind }, job.units);
    await recordEvent(db, now, { jobId: id }, "job-created", { kind: job.kind, units });
    await advanceJob(db, now, id);
    return await readJob(db, id);
  });
}

/** Adds units to a job that has not ended; keys that it has already are passed over. Gives how many are new. */
export async function addUnits(
  store: Store,
  db: Database,
  jobId: string,
  units: Iterable<NewUnit>,
): Promise<number> {
  return await inTransaction(db, async (transaction) => {
    const job = await readJob(transaction, jobId);
    if (isEnded(job.status)) throw wrongState(jobId, job.status, "given more units");
    const added = await insertUnits(transaction, job, units);
    if (added > 0) {
      await recordEvent(transaction, store.now(), { jobId }, "units-added", { units: added });
    }
    return added;
  });
}

export async function readJob(db: Database, id: string): Promise<Job> {
  const row = await db.selectFrom("jobs").selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw unknownJob(id);
  return jobOf(row);
}

/** The job of this id, or the one whose id begins so. */
export async function findJob({ db }: Store, name: string): Promise<Job> {
  const rows = await db
    .selectFrom("jobs")
    .selectAll()
    .where("id", ">=", name)
    .where("id", "<", `${name}\uffff`)
    .limit(10)
    .execute();
  const [first, second] = rows;
  if (first === undefined || name === "") throw unknownJob(name);
  const exact = rows.find(({ id }) => id === name);
  if (exact === undefined && second !== undefined) {
    throw ambiguousJob(
      name,
      rows.map(({ id }) => id),
    );
  }
  return jobOf(exact ?? first);
}

export interface JobQuery {
  status?: JobStatus;
  kind?: string;
  /** Exactly these, as they were given when the job was made. */
  parameters?: unknown;
  limit?: number;
  offset?: number;
}

/** Jobs, newest first. */
export async function listJobs(
  { db }: Store,
  { status, kind, parameters, limit = 100, offset = 0 }: JobQuery = {},
): Promise<Job[]> {
  const rows = await db
    .selectFrom("jobs")
    .selectAll()
    .$if(status !== undefined, (query) => query.where("status", "=", status as JobStatus))
    .$if(kind !== undefined, (query) => query.where("kind", "=", kind as string))
    .$if(parameters !== undefined, (query) =>
      query.where("parameters", "=", JSON.stringify(parameters)),
    )
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit)
    .offset(offset)
    .execute();
  return rows.map(jobOf);
}

export interface Unit {
  id: number;
  key: string;
  kind: string;
  stage: number;
  status: UnitStatus;
  attempts: number;
  input: unknown;
  result: unknown;
  error: string | null;
  spent: number;
  finishedAt: number | null;
}

/** Units of a job in order, those after id `after`. */
export async function listUnits(
  { db }: Store,
  jobId: string,
  { status, after = 0, limit = 1000 }: { status?: UnitStatus; after?: number; limit?: number } = {},
): Promise<Unit[]> {
  const rows = await db
    .selectFrom("units")
    .selectAll()
    .where("job_id", "=", jobId)
    .where("id", ">", after)
    .$if(status !== undefined, (query) => query.where("status", "=", status as UnitStatus))
    .orderBy("id")
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    key: row.key,
    kind: row.kind,
    stage: row.stage,
    status: row.status,
    attempts: row.attempts,
    input: parsed(row.input),
    result: parsed(row.result),
    error: row.error,
    spent: row.spent,
    finishedAt: row.finished_at,
  }));
}
