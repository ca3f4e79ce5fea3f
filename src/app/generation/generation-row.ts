// The row of a generation job in the platform's table: written with what changes it, and brought to what the queue says.
import type { Database, Job, Store } from "../../store/index.ts";
import { platformIdOf, timestamp } from "../../store/platform/index.ts";

/** Errors that are kept of one job: the next ones say nothing new. */
const mostErrors = 100;

export interface GenerationStatus {
  /** The platform's number of the job. */
  id: number;
  /** The queue's. */
  jobId: string;
  status: "pending" | "running" | "completed" | "failed" | "cancelled";
  datasetId: number | null;
  generated: number;
  requested: number;
  errors: string[];
  startedAt: string | null;
  completedAt: string | null;
}

async function readRow(db: Database, jobId: string) {
  const id = await platformIdOf(db, jobId);
  if (id === undefined) return undefined;
  return await db.selectFrom("generation_jobs").selectAll().where("id", "=", id).executeTakeFirst();
}

export async function datasetOfJob(db: Database, jobId: string): Promise<number | null> {
  return (await readRow(db, jobId))?.dataset_id ?? null;
}

export interface RowNews {
  added: boolean;
  error?: string | undefined;
}

/** What a unit brought, in the transaction that marks it done. */
export async function noteRow(
  db: Database,
  jobId: string,
  { added, error }: RowNews,
  now: number,
): Promise<void> {
  const row = await readRow(db, jobId);
  if (row === undefined) return;
  const errors = JSON.parse(row.errors ?? "[]") as string[];
  if (error !== undefined && errors.length < mostErrors) errors.push(error);
  await db
    .updateTable("generation_jobs")
    .set({
      status: "running",
      started_at: row.started_at ?? timestamp(now),
      examples_generated: row.examples_generated + (added ? 1 : 0),
      errors: JSON.stringify(errors),
    })
    .where("id", "=", row.id)
    .execute();
}

const shownAs = {
  pending: "pending",
  paused: "pending",
  running: "running",
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
} as const satisfies Record<Job["status"], GenerationStatus["status"]>;

const timeOf = (at: number | null): string | null => (at === null ? null : timestamp(at));

/** Errors of units that failed for good; what a unit did that ended is in the row. */
async function failures(db: Database, jobId: string): Promise<string[]> {
  const units = await db
    .selectFrom("units")
    .select(["key", "error"])
    .where("job_id", "=", jobId)
    .where("status", "=", "failed")
    .orderBy("id")
    .limit(mostErrors)
    .execute();
  return units.map(({ key, error }) => `${key}: ${error ?? "no reason given"}`);
}

/** How far a job is, by the queue; its row says the same from then on. Undefined for a job that has none. */
export async function generationStatus(
  { db }: Pick<Store, "db">,
  job: Job,
): Promise<GenerationStatus | undefined> {
  const row = await readRow(db, job.id);
  if (row === undefined) return undefined;
  const status = shownAs[job.status];
  const failed = job.units.failed > 0 ? await failures(db, job.id) : [];
  const known = JSON.parse(row.errors ?? "[]") as string[];
  const errors = [...known, ...failed.filter((one) => !known.includes(one))].slice(0, mostErrors);
  const started_at = row.started_at ?? timeOf(job.startedAt);
  const completed_at = timeOf(job.finishedAt);
  await db
    .updateTable("generation_jobs")
    .set({ status, errors: JSON.stringify(errors), started_at, completed_at })
    .where("id", "=", row.id)
    .execute();
  return {
    id: row.id,
    jobId: job.id,
    status,
    datasetId: row.dataset_id,
    generated: row.examples_generated,
    requested: row.examples_requested ?? 0,
    errors,
    startedAt: started_at,
    completedAt: completed_at,
  };
}
