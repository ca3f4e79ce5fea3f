// A worker says that it lives, which keeps its leases; and hears which of them it has lost.
import { thisProcess } from "../../core/process-alive.ts";
import { type Database, inTransaction, type Store } from "../store.ts";

/** Makes the worker known, so that others can tell when its process has ended. */
export async function registerWorker({ db, now }: Store, id: string): Promise<void> {
  const { pid, started, host } = thisProcess();
  await db
    .insertInto("workers")
    .values({ id, pid, process_started: started, host, started_at: now(), seen_at: now() })
    .execute();
}

export async function removeWorker({ db }: Store, id: string): Promise<void> {
  await db.deleteFrom("workers").where("id", "=", id).execute();
}

/** Renews every lease of the worker. Gives ids and fences of the units that it still holds. */
export async function beat(
  store: Store,
  worker: string,
  leaseMilliseconds: number,
): Promise<Map<number, number>> {
  const now = store.now();
  const lease_until = now + leaseMilliseconds;
  return await inTransaction(store.db, async (db) => {
    await db.updateTable("workers").set({ seen_at: now }).where("id", "=", worker).execute();
    await db
      .updateTable("calls")
      .set({ lease_until })
      .where("state", "=", "in_flight")
      .where("worker", "=", worker)
      .execute();
    const held = await db
      .updateTable("units")
      .set({ lease_until })
      .where("status", "=", "leased")
      .where("worker", "=", worker)
      .returning(["id", "fence"])
      .execute();
    return new Map(held.map(({ id, fence }) => [id, fence]));
  });
}

/** Which of these jobs are cancelled, or gone. */
export async function cancelledAmong(
  db: Database,
  jobs: readonly string[],
): Promise<ReadonlySet<string>> {
  if (jobs.length === 0) return new Set();
  const going = await db
    .selectFrom("jobs")
    .select("id")
    .where("id", "in", jobs)
    .where("status", "!=", "cancelled")
    .execute();
  const kept = new Set(going.map(({ id }) => id));
  return new Set(jobs.filter((id) => !kept.has(id)));
}
