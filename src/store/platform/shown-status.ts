// Rows of the platform's tables of jobs say what the queue says: brought there by whoever changes a job's status, in the
// same transaction, so that SQL over the tables and the API tell the same. Counts are not its business.
import type { Database } from "../store.ts";
import type { JobStatus } from "../tables.ts";
import { timestamp } from "./timestamps.ts";

/** The table that shows jobs of a kind. */
export const shownJobs = { generation: "generation_jobs", quality: "quality_jobs" } as const;

export type ShownKind = keyof typeof shownJobs;

export const isShownKind = (kind: string): kind is ShownKind => Object.hasOwn(shownJobs, kind);

/** Errors that are kept of one job: the next ones say nothing new. */
export const mostErrors = 100;

/** The document has no word for a job that waits for a person: it waits. */
export const shownStatus = (status: JobStatus): Exclude<JobStatus, "paused"> =>
  status === "paused" ? "pending" : status;

const timeOf = (at: number | null): string | null => (at === null ? null : timestamp(at));

/** Why units failed for good or brought nothing, in order. */
async function failures(db: Database, jobId: string): Promise<string[]> {
  const units = await db
    .selectFrom("units")
    .select(["key", "error"])
    .where("job_id", "=", jobId)
    .where("status", "in", ["failed", "done"])
    .where("error", "is not", null)
    .orderBy("id")
    .limit(mostErrors)
    .execute();
  return units.map(({ key, error }) => `${key}: ${error ?? "no reason given"}`);
}

/** The row that shows a job, and the queue's word on that; undefined for a job without one. */
async function rowOf(db: Database, jobId: string) {
  const job = await db
    .selectFrom("platform_jobs")
    .innerJoin("jobs", "jobs.id", "platform_jobs.job_id")
    .select(["platform_jobs.id as number", "platform_kind"])
    .select(["jobs.status", "jobs.started_at as began", "jobs.finished_at as ended"])
    .where("platform_jobs.job_id", "=", jobId)
    .executeTakeFirst();
  if (job === undefined || !isShownKind(job.platform_kind)) return undefined;
  const table = shownJobs[job.platform_kind];
  const row = await db
    .selectFrom(table)
    .select(["started_at", "errors"])
    .where("id", "=", job.number)
    .executeTakeFirst();
  return row && { ...job, ...row, table, errors: JSON.parse(row.errors ?? "[]") as string[] };
}

/** Brings the row of a job to the queue's status, times and failures. */
export async function showStatus(db: Database, jobId: string): Promise<void> {
  const row = await rowOf(db, jobId);
  if (row === undefined) return;
  const failed = await failures(db, jobId);
  const errors = [...row.errors, ...failed.filter((one) => !row.errors.includes(one))];
  await db
    .updateTable(row.table)
    .set({
      status: shownStatus(row.status),
      started_at: row.started_at ?? timeOf(row.began),
      completed_at: timeOf(row.ended),
      errors: JSON.stringify(errors.slice(0, mostErrors)),
    })
    .where("id", "=", row.number)
    .execute();
}

/** Before units that failed are tried again: what they said no longer holds. */
export async function forgetFailures(db: Database, jobId: string): Promise<void> {
  const row = await rowOf(db, jobId);
  if (row === undefined) return;
  const failed = await failures(db, jobId);
  const errors = row.errors.filter((one) => !failed.includes(one));
  await db
    .updateTable(row.table)
    .set({ errors: JSON.stringify(errors) })
    .where("id", "=", row.number)
    .execute();
}
