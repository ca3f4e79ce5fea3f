// Ends the work on a unit: its result, its failure, or giving it back. Only who holds the last lease is heard.
import { forgetAnswersOf } from "../ledger/calls.ts";
import { type Database, inTransaction, type Store } from "../store.ts";
import { advanceJob } from "./advance.ts";
import { retryDelay } from "./backoff.ts";
import { recordEvent } from "./events.ts";

/** A unit as its holder knows it. */
export interface HeldUnit {
  id: number;
  fence: number;
}

export interface UnitOutcome {
  /** JSON; small. Rows that a unit makes are written by `effects`. */
  result?: unknown;
  /** What it cost beside what the ledger has recorded, in billionths of a dollar. */
  spent?: number;
  /** Writes what the unit brought, in the transaction that marks it done: both are there or neither. */
  effects?: (transaction: Database) => Promise<void>;
  /** It was done and brought nothing: why. A job of which no unit brought anything has failed, and says so (advance.ts). */
  fruitless?: string;
}

/** With the keys of answers that brought nothing: their time is over with the unit's. */
type CompletedUnit = Omit<UnitOutcome, "fruitless"> & {
  fruitless?: string | null;
  useless?: readonly string[];
};

export interface UnitFailureFacts {
  reason: string;
  /** Of the error, where it has one. */
  code?: string;
  /** What mends it. */
  hint?: string;
  /** Milliseconds before the next try, where whoever refused said so; a longer backoff holds. */
  retryAfter?: number;
  /** Another try would end in the same way. */
  isFinal?: boolean;
  /** Not the unit's fault: tried again at once. */
  isWorkers?: boolean;
}

interface Row {
  id: number;
  job_id: string;
  key: string;
  attempts: number;
  most_attempts: number;
  status: string;
  fence: number;
  worker: string | null;
}

async function readUnit(db: Database, id: number): Promise<Row | undefined> {
  return await db
    .selectFrom("units")
    .select(["id", "job_id", "key", "attempts", "most_attempts", "status", "fence", "worker"])
    .where("id", "=", id)
    .executeTakeFirst();
}

/** Runs `end` when the lease still counts; else records that something came too late. True when it was heard. */
async function ending(
  store: Store,
  held: HeldUnit,
  worker: string,
  end: (db: Database, unit: Row, now: number) => Promise<void>,
  options: { durable?: boolean } = {},
): Promise<boolean> {
  const now = store.now();
  return await inTransaction(
    store.db,
    async (db) => {
      const unit = await readUnit(db, held.id);
      if (unit === undefined) return false;
      const counts = unit.status === "leased" && unit.fence === held.fence;
      if (counts) await end(db, unit, now);
      else {
        const of = { jobId: unit.job_id, unitId: unit.id };
        await recordEvent(db, now, of, "unit-rejected", { key: unit.key, worker });
      }
      return counts;
    },
    options,
  );
}

/**
 * Records a result, what it cost and what it writes, together. False when the lease had gone to another worker: then
 * nothing of it counts, `effects` are not run, and an event says so.
 */
export async function completeUnit(
  store: Store,
  held: HeldUnit,
  worker: string,
  { result = null, spent = 0, effects, fruitless = null, useless = [] }: CompletedUnit,
): Promise<boolean> {
  const end = async (db: Database, unit: Row, now: number): Promise<void> => {
    await effects?.(db);
    await forgetAnswersOf(db, useless);
    await db
      .updateTable("units")
      .set((set) => ({
        status: "done",
        result: JSON.stringify(result),
        error: fruitless,
        spent: set("spent", "+", spent),
        lease_until: null,
        finished_at: now,
      }))
      .where("id", "=", unit.id)
      .execute();
    await countDone(db, unit, spent, now);
    await advanceJob(db, now, unit.job_id);
  };
  return await ending(store, held, worker, end, { durable: spent > 0 });
}

async function countDone(db: Database, unit: Row, spent: number, now: number): Promise<void> {
  const job = await db
    .updateTable("jobs")
    .set((set) => ({
      units_done: set("units_done", "+", 1),
      spent: set("spent", "+", spent),
      updated_at: now,
    }))
    .where("id", "=", unit.job_id)
    .returning(["units_done", "units_total", "spent"])
    .executeTakeFirstOrThrow();
  const of = { jobId: unit.job_id, unitId: unit.id };
  await recordEvent(db, now, of, "unit-done", {
    key: unit.key,
    attempt: unit.attempts,
    done: job.units_done,
    total: job.units_total,
    spent: job.spent,
  });
}

/** Records a failure: the unit is tried again later, or has failed for good. False as with `completeUnit`. */
export async function failUnit(
  store: Store,
  held: HeldUnit,
  worker: string,
  failure: UnitFailureFacts,
): Promise<boolean> {
  return await ending(store, held, worker, (db, unit, now) => afterFailure(db, unit, now, failure));
}

/** What a failure of `unit` means; also for leases that ran out. */
export async function afterFailure(
  db: Database,
  unit: Row,
  now: number,
  { reason, code, hint, retryAfter = 0, isFinal = false, isWorkers = false }: UnitFailureFacts,
): Promise<void> {
  const { key, attempts: attempt } = unit;
  const why = { reason, ...(code !== undefined && { code }), ...(hint !== undefined && { hint }) };
  const of = { jobId: unit.job_id, unitId: unit.id };
  if (await isCancelled(db, unit.job_id)) {
    await setUnit(db, unit.id, { status: "cancelled", error: reason, finished_at: now });
  } else if (isFinal || attempt >= unit.most_attempts) {
    await setUnit(db, unit.id, { status: "failed", error: reason, finished_at: now });
    await countFailed(db, unit.job_id, now);
    await recordEvent(db, now, of, "unit-failed", { key, attempt, ...why });
  } else {
    const delay = isWorkers ? 0 : Math.max(retryAfter, retryDelay(attempt));
    await setUnit(db, unit.id, { status: "ready", error: reason, not_before: now + delay });
    await recordEvent(db, now, of, "unit-retried", { key, attempt, ...why, delay });
  }
  await advanceJob(db, now, unit.job_id);
}

async function isCancelled(db: Database, jobId: string): Promise<boolean> {
  const job = await db
    .selectFrom("jobs")
    .select("status")
    .where("id", "=", jobId)
    .executeTakeFirst();
  return job?.status === "cancelled";
}

interface UnitEnd {
  status: "ready" | "failed" | "cancelled";
  error: string | null;
  not_before?: number;
  finished_at?: number;
}

async function setUnit(db: Database, id: number, end: UnitEnd): Promise<void> {
  const leaving = { worker: null, lease_until: null };
  await db
    .updateTable("units")
    .set({ ...leaving, ...end })
    .where("id", "=", id)
    .execute();
}

async function countFailed(db: Database, jobId: string, now: number): Promise<void> {
  await db
    .updateTable("jobs")
    .set((set) => ({ units_failed: set("units_failed", "+", 1), updated_at: now }))
    .where("id", "=", jobId)
    .execute();
}

/**
 * Gives a unit back unfinished, as when the worker is asked to end: this try does not count. It may be had again after
 * `delay` milliseconds. False as above.
 */
export async function releaseUnit(
  store: Store,
  held: HeldUnit,
  worker: string,
  delay = 0,
): Promise<boolean> {
  return await ending(store, held, worker, async (db, unit, now) => {
    const status = (await isCancelled(db, unit.job_id)) ? "cancelled" : "ready";
    await setUnit(db, unit.id, { status, error: null, not_before: now + delay });
    await db
      .updateTable("units")
      .set((set) => ({ attempts: set("attempts", "-", 1) }))
      .where("id", "=", unit.id)
      .execute();
    const of = { jobId: unit.job_id, unitId: unit.id };
    await recordEvent(db, now, of, "unit-released", { key: unit.key, worker });
    await advanceJob(db, now, unit.job_id);
  });
}
