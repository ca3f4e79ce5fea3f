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

/** Of these jobs those that are cancelled or gone, and those that are paused. */
export async function stoppedAmong(
  db: Database,
  jobs: readonly string[],
): Promise<{ cancelled: ReadonlySet<string>; paused: ReadonlySet<string> }> {
  if (jobs.length === 0) return { cancelled: new Set(), paused: new Set() };
  const found = await db
    .selectFrom("jobs")
    .select(["id", "status"])
    .where("id", "in", jobs)
    .execute();
  const going = new Set(found.flatMap(({ id, status }) => (status === "cancelled" ? [] : id)));
  const paused = found.flatMap(({ id, status }) => (status === "paused" ? id : []));
  return {
    cancelled: new Set(jobs.filter((id) => !going.has(id))),
    paused: new Set(paused),
  };
}
