// Units of a job that failed, brought nothing, or are to be tried again after a failure: what happened, and what mends it.
import type { Database, Store } from "../store.ts";
import type { UnitStatus } from "../tables.ts";

export interface Failure {
  key: string;
  /** `failed`, `ready` where it is tried again, or `done` where it brought nothing. */
  status: UnitStatus;
  attempts: number;
  reason: string;
  code: string | null;
  hint: string | null;
  /** When it happened last. */
  at: number;
}

interface Told {
  code?: string;
  hint?: string;
}

/** What was told last of each unit's failures. */
async function lastTold(
  db: Database,
  units: readonly number[],
): Promise<Map<number | null, { at: number; data: string }>> {
  const events = await db
    .selectFrom("events")
    .select(["unit_id", "at", "data"])
    .where("id", "in", (of) =>
      of
        .selectFrom("events")
        .select(({ fn }) => fn.max("id").as("id"))
        .where("unit_id", "in", units)
        .where("type", "in", ["unit-failed", "unit-retried"])
        .groupBy("unit_id"),
    )
    .execute();
  return new Map(events.map(({ unit_id: unit, at, data }) => [unit, { at, data }]));
}

/** The last failure of each such unit, in the order of units; at most `limit`. */
export async function failuresOf(
  { db }: Store,
  jobId: string,
  { limit = 20 }: { limit?: number } = {},
): Promise<Failure[]> {
  const units = await db
    .selectFrom("units")
    .select(["id", "key", "status", "attempts", "error", "finished_at"])
    .where("job_id", "=", jobId)
    .where("error", "is not", null)
    .where("status", "in", ["failed", "ready", "done"])
    .orderBy("id")
    .limit(limit)
    .execute();
  if (units.length === 0) return [];
  const last = await lastTold(
    db,
    units.map(({ id }) => id),
  );
  return units.map(({ id, key, status, attempts, error, finished_at: finished }) => {
    const { at, data } = (status === "done" ? undefined : last.get(id)) ?? {
      ...{ at: finished ?? 0, data: "{}" },
    };
    const { code = null, hint = null } = JSON.parse(data) as Told;
    return { key, status, attempts, reason: error ?? "", code, hint, at };
  });
}
