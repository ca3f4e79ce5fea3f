// The row of a generation job in the platform's table: counts are written with what changes them; its status is the queue's
// (store/platform/shown-status.ts).
import type { Database, Job, Store } from "../../store/index.ts";
import { mostErrors, platformIdOf } from "../../store/platform/index.ts";

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
): Promise<void> {
  const row = await readRow(db, jobId);
  if (row === undefined) return;
  const errors = JSON.parse(row.errors ?? "[]") as string[];
  if (error !== undefined && errors.length < mostErrors) errors.push(error);
  await db
    .updateTable("generation_jobs")
    .set({
      examples_generated: row.examples_generated + (added ? 1 : 0),
      errors: JSON.stringify(errors),
    })
    .where("id", "=", row.id)
    .execute();
}

/** How far a job is; its row says so. Undefined for a job that has none. */
export async function generationStatus(
  { db }: Pick<Store, "db">,
  job: Pick<Job, "id">,
): Promise<GenerationStatus | undefined> {
  const row = await readRow(db, job.id);
  if (row === undefined) return undefined;
  return {
    id: row.id,
    jobId: job.id,
    status: row.status,
    datasetId: row.dataset_id,
    generated: row.examples_generated,
    requested: row.examples_requested ?? 0,
    errors: JSON.parse(row.errors ?? "[]") as string[],
    startedAt: row.started_at,
    completedAt: row.completed_at,
  };
}
