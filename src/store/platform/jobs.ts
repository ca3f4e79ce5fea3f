// The platform's view of jobs: rows of `generation_jobs` and `quality_jobs` beside the queue's own. Ids are given over
// all kinds together, so that a number names one job. Counts are written by whoever runs the kind, in the transactions that
// change them; the status follows the queue's (shown-status.ts).
import type { Database } from "../store.ts";

export interface NewPlatformJob {
  /** Of the queue's job, which is there already in this transaction. */
  jobId: string;
  datasetId: number | null;
  parameters: unknown;
}

/** Gives a job of the queue a number. `kind` is the queue's own name for it. */
export async function numberJob(db: Database, kind: string, jobId: string): Promise<number> {
  const known = await platformIdOf(db, jobId);
  if (known !== undefined) return known;
  const { id } = await db
    .insertInto("platform_jobs")
    .values({ platform_kind: kind, job_id: jobId })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

/** Makes the row of a generation job; gives its id. */
export async function createGenerationJob(
  db: Database,
  { jobId, datasetId, parameters, requested }: NewPlatformJob & { requested: number },
): Promise<number> {
  const id = await numberJob(db, "generation", jobId);
  await db
    .insertInto("generation_jobs")
    .values({
      id,
      dataset_id: datasetId,
      parameters: JSON.stringify(parameters),
      examples_requested: requested,
    })
    .execute();
  return id;
}

/** Makes the row of a quality job; gives its id. */
export async function createQualityJob(
  db: Database,
  { jobId, datasetId, parameters }: NewPlatformJob,
): Promise<number> {
  const id = await numberJob(db, "quality", jobId);
  await db
    .insertInto("quality_jobs")
    .values({ id, dataset_id: datasetId, parameters: JSON.stringify(parameters) })
    .execute();
  return id;
}

export interface NumberedJob {
  id: number;
  kind: string;
  jobId: string;
}

/** Which job of the queue a number names. */
export async function jobOfPlatformId(db: Database, id: number): Promise<NumberedJob | undefined> {
  const row = await db
    .selectFrom("platform_jobs")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  return row && { id: row.id, kind: row.platform_kind, jobId: row.job_id };
}

/** The number of a job of the queue. */
export async function platformIdOf(db: Database, jobId: string): Promise<number | undefined> {
  const row = await db
    .selectFrom("platform_jobs")
    .select("id")
    .where("job_id", "=", jobId)
    .executeTakeFirst();
  return row?.id;
}
