// What follows for a job when a unit of it has ended: the next stage, or the end.
import { sql } from "kysely";
import type { Database } from "../store.ts";
import { recordEvent } from "./events.ts";
import { setStatus } from "./status.ts";

interface Standing {
  status: string;
  stage: number;
  units_done: number;
  units_failed: number;
}

/** The lowest stage that has units to do; undefined when none has. `leased` ones count as to do. */
async function lowestOpenStage(db: Database, jobId: string): Promise<number | undefined> {
  const open = await db
    .selectFrom("units")
    .select(({ fn }) => fn.min("stage").as("stage"))
    .where("job_id", "=", jobId)
    .where(sql<boolean>`status = 'ready'`)
    .unionAll(
      db
        .selectFrom("units")
        .select(({ fn }) => fn.min("stage").as("stage"))
        .where("job_id", "=", jobId)
        .where(sql<boolean>`status = 'leased'`),
    )
    .execute();
  // min() of no rows is null, whatever its type says
  const stages = open.map(({ stage }) => stage as number | null).filter((stage) => stage !== null);
  return stages.length === 0 ? undefined : Math.min(...stages);
}

async function lastReason(db: Database, jobId: string): Promise<string> {
  const unit = await db
    .selectFrom("units")
    .select(["key", "error"])
    .where("job_id", "=", jobId)
    .where("status", "=", "failed")
    .orderBy("id", "desc")
    .executeTakeFirst();
  return `${unit?.key}: ${unit?.error ?? "no reason given"}`;
}

/** Reasons of one kind that are told one by one. */
const mostReasons = 3;

/**
 * Why nothing came of a job's units of a kind, all of which were done: what was said of each, counted. Null where
 * something came of one.
 */
export async function nothingCame(
  db: Database,
  jobId: string,
  kind: string,
): Promise<string | null> {
  const done = db
    .selectFrom("units")
    .where("job_id", "=", jobId)
    .where("status", "=", "done")
    .where("kind", "=", kind);
  const fruit = done.where("error", "is", null).select("id").limit(1);
  if ((await fruit.executeTakeFirst()) !== undefined) return null;
  const reasons = await done
    .where("error", "is not", null)
    .select(({ fn }) => ["error", fn.countAll<number>().as("times")])
    .groupBy("error")
    .orderBy("times", "desc")
    .execute();
  if (reasons.length === 0) return null;
  const units = reasons.reduce((sum, { times }) => sum + Number(times), 0);
  const told = reasons
    .slice(0, mostReasons)
    .map(({ error, times }) => `${times} × ${error ?? "no reason given"}`);
  const rest = reasons.length - told.length;
  if (rest > 0) told.push(`${rest} other reasons`);
  const which = units === 1 ? "its one unit" : `any of its ${units} units`;
  return `nothing came of ${which}: ${told.join("; ")}. ft jobs retry ${jobId} tries again`;
}

/** The kind of its first unit is the one that brings something: others plan further ones, or look at what came. */
async function firstKind(db: Database, jobId: string): Promise<string> {
  const first = await db
    .selectFrom("units")
    .select("kind")
    .where("job_id", "=", jobId)
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
  return first?.kind ?? "";
}

async function endJob(db: Database, now: number, id: string, job: Standing): Promise<void> {
  const { units_done: done, units_failed: failed } = job;
  const reason =
    failed === 0
      ? await nothingCame(db, id, await firstKind(db, id))
      : `${failed} ${failed === 1 ? "unit" : "units"} failed, the last: ${await lastReason(db, id)}`;
  await setStatus(db, now, id, reason === null ? "completed" : "failed", reason);
  if (reason === null) await recordEvent(db, now, { jobId: id }, "job-completed", { done });
  else await recordEvent(db, now, { jobId: id }, "job-failed", { done, failed, reason });
}

/** Moves a job on. A cancelled one stays so, whatever its last units brought. */
export async function advanceJob(db: Database, now: number, id: string): Promise<void> {
  const job = await db
    .selectFrom("jobs")
    .select(["status", "stage", "units_done", "units_failed"])
    .where("id", "=", id)
    .executeTakeFirst();
  if (job === undefined || !["pending", "running", "paused"].includes(job.status)) return;
  const stage = await lowestOpenStage(db, id);
  if (stage === undefined) return await endJob(db, now, id, job);
  if (stage === job.stage) return;
  await db.updateTable("jobs").set({ stage, updated_at: now }).where("id", "=", id).execute();
  await recordEvent(db, now, { jobId: id }, "job-stage", { stage });
}
