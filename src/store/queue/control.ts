// What a person does to a job: cancel, pause, go on, try again, prefer, remove. Each is one transaction and an event.
import { forgetFailures } from "../platform/shown-status.ts";
import { type Database, inTransaction, type Store } from "../store.ts";
import { advanceJob } from "./advance.ts";
import { type PauseReason, recordEvent } from "./events.ts";
import { type Job, readJob } from "./jobs.ts";
import { jobInUse, wrongState } from "./queue-errors.ts";
import { isEnded, setStatus } from "./status.ts";

/** Runs `change` on a job in a transaction and gives the job as it is then. */
async function changing(
  { db, now }: Store,
  id: string,
  change: (transaction: Database, job: Job, at: number) => Promise<void>,
): Promise<Job> {
  return await inTransaction(db, async (transaction) => {
    await change(transaction, await readJob(transaction, id), now());
    return await readJob(transaction, id);
  });
}

/**
 * No unit begins any more. Those that are being worked on are asked to stop with their worker's next heartbeat; what
 * they have got by then counts.
 */
export async function cancelJob(store: Store, id: string): Promise<Job> {
  return await changing(store, id, async (db, job, at) => {
    if (job.status === "cancelled") return;
    if (isEnded(job.status)) throw wrongState(id, job.status, "cancelled");
    const { numUpdatedRows } = await db
      .updateTable("units")
      .set({ status: "cancelled", finished_at: at })
      .where("job_id", "=", id)
      .where("status", "=", "ready")
      .executeTakeFirst();
    await setStatus(db, at, id, "cancelled", null);
    await recordEvent(db, at, { jobId: id }, "job-cancelled", { units: Number(numUpdatedRows) });
  });
}

/**
 * No unit begins until `resumeJob`; those that are being worked on go on to their end. `why` is what somebody has to
 * mend first; it stands as the job's error until it goes on.
 */
export async function pauseJob(store: Store, id: string, why?: PauseReason): Promise<Job> {
  return await changing(store, id, async (db, job, at) => {
    if (job.status === "paused") return;
    if (isEnded(job.status)) throw wrongState(id, job.status, "paused");
    const told = [why?.reason, why?.hint].filter((words) => words !== undefined).join(". ");
    await setStatus(db, at, id, "paused", told || null);
    await recordEvent(db, at, { jobId: id }, "job-paused", { ...why });
  });
}

/** Whether a worker has one of its units, of a job that was cancelled or paused too. */
export async function isInHand(db: Database, id: string): Promise<boolean> {
  const leased = await db
    .selectFrom("units")
    .select("id")
    .where("job_id", "=", id)
    .where("status", "=", "leased")
    .limit(1)
    .executeTakeFirst();
  return leased !== undefined;
}

export async function resumeJob(store: Store, id: string): Promise<Job> {
  return await changing(store, id, async (db, job, at) => {
    if (job.status === "pending" || job.status === "running") return;
    if (job.status !== "paused") throw wrongState(id, job.status, "resumed; ft jobs retry does");
    // units that were in hand when it was paused may be so still
    await setStatus(db, at, id, (await isInHand(db, id)) ? "running" : "pending", null);
    await recordEvent(db, at, { jobId: id }, "job-resumed", {});
  });
}

/** A unit that was done and brought nothing is not done for good. */
async function takeBackFruitless(db: Database, id: string): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable("units")
    .set({ status: "ready", attempts: 0, not_before: 0, error: null, finished_at: null })
    .where("job_id", "=", id)
    .where("status", "=", "done")
    .where("error", "is not", null)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/**
 * Units that failed, were cancelled or brought nothing are done again, with all their tries; what else is done stays
 * done.
 */
export async function retryJob(store: Store, id: string): Promise<Job> {
  return await changing(store, id, async (db, job, at) => {
    if (job.status !== "failed" && job.status !== "cancelled") {
      throw wrongState(id, job.status, "tried again");
    }
    await forgetFailures(db, id);
    const { numUpdatedRows } = await db
      .updateTable("units")
      .set({ status: "ready", attempts: 0, not_before: 0, error: null, finished_at: null })
      .where("job_id", "=", id)
      .where("status", "in", ["failed", "cancelled"])
      .executeTakeFirst();
    const fruitless = await takeBackFruitless(db, id);
    await db
      .updateTable("jobs")
      .set((set) => ({
        ...{ units_failed: 0, error: null, stage: 0 },
        units_done: set("units_done", "-", fruitless),
      }))
      .where("id", "=", id)
      .execute();
    await setStatus(db, at, id, "pending");
    await recordEvent(db, at, { jobId: id }, "job-retried", {
      units: Number(numUpdatedRows) + fruitless,
    });
    await advanceJob(db, at, id);
  });
}

/** Units of jobs of higher priority begin first. */
export async function setPriority(store: Store, id: string, priority: number): Promise<Job> {
  return await changing(store, id, async (db, _, at) => {
    await db.updateTable("jobs").set({ priority, updated_at: at }).where("id", "=", id).execute();
  });
}

/** What units that begin from now on are told; with the title by which the job is listed. */
export async function setJobParameters(
  db: Database,
  id: string,
  parameters: unknown,
  title: string,
): Promise<void> {
  await db
    .updateTable("jobs")
    .set({ parameters: JSON.stringify(parameters), title })
    .where("id", "=", id)
    .execute();
}

/** What the job as a whole gave, for whoever asks later. JSON. */
export async function setJobResult(db: Database, id: string, result: unknown): Promise<void> {
  await db
    .updateTable("jobs")
    .set({ result: JSON.stringify(result) })
    .where("id", "=", id)
    .execute();
}

/** Removes a job that has ended, with units and events. What it paid for stays in the ledger. */
export async function deleteJob(store: Store, id: string): Promise<void> {
  await inTransaction(store.db, async (db) => {
    const job = await readJob(db, id);
    if (!isEnded(job.status) || (await isInHand(db, id))) throw jobInUse(id);
    await db.deleteFrom("jobs").where("id", "=", id).execute();
  });
}
