// Takes units back from workers that are gone: their process has ended, or their lease has run out.
// A worker that was only slow finds its fence out of date.
import { isAlive } from "../../core/process-alive.ts";
import { loseCalls } from "../ledger/calls.ts";
import { type Database, inTransaction, type Store } from "../store.ts";
import { recordEvent } from "./events.ts";
import { afterFailure } from "./settle.ts";

/** Ids of workers of this machine whose process has ended. */
async function deadWorkers(db: Database): Promise<string[]> {
  const rows = await db.selectFrom("workers").selectAll().execute();
  return rows
    .filter((row) => !isAlive({ pid: row.pid, started: row.process_started, host: row.host }))
    .map(({ id }) => id);
}

/** How many workers are there, as far as can be told; those of other machines count. */
export async function countWorkers({ db }: Store): Promise<number> {
  const rows = await db.selectFrom("workers").select("id").execute();
  return rows.length - (await deadWorkers(db)).length;
}

async function lostUnits(db: Database, dead: readonly string[], now: number) {
  return await db
    .selectFrom("units")
    .select(["id", "job_id", "key", "attempts", "most_attempts", "status", "fence", "worker"])
    .where("status", "=", "leased")
    .where(({ or, eb }) =>
      or([eb("lease_until", "<", now), ...(dead.length > 0 ? [eb("worker", "in", dead)] : [])]),
    )
    .execute();
}

/** Takes back what is lost. Gives how many units that was. */
export async function reapLeases(store: Store): Promise<number> {
  const now = store.now();
  const dead = await deadWorkers(store.db);
  if ((await lostUnits(store.db, dead, now)).length === 0 && dead.length === 0) return 0;
  return await inTransaction(store.db, async (db) => {
    const units = await lostUnits(db, dead, now);
    for (const unit of units) {
      const worker = unit.worker ?? "";
      const reason = dead.includes(worker) ? "its worker's process ended" : "its lease ran out";
      const calls = await loseCalls(db, { unitId: unit.id, reason, at: now });
      const of = { jobId: unit.job_id, unitId: unit.id };
      await recordEvent(db, now, of, "unit-lost", { key: unit.key, worker, reason, calls });
      await afterFailure(db, unit, now, { reason: `${reason} (${worker})`, isWorkers: true });
    }
    if (dead.length > 0) await db.deleteFrom("workers").where("id", "in", dead).execute();
    return units.length;
  });
}
