// The one place where a job's status changes. What shows jobs elsewhere follows in the same transaction.
import { sql } from "kysely";
import { showStatus } from "../platform/shown-status.ts";
import type { Database } from "../store.ts";
import type { JobStatus } from "../tables.ts";

export const isEnded = (status: JobStatus): boolean =>
  status === "completed" || status === "failed" || status === "cancelled";

/** `error`: why it failed; unless given, what was said stays. The time of an end is `now`, of the first beginning too. */
export async function setStatus(
  db: Database,
  now: number,
  id: string,
  status: JobStatus,
  error?: string | null,
): Promise<void> {
  await db
    .updateTable("jobs")
    .set({
      ...{ status, updated_at: now, finished_at: isEnded(status) ? now : null },
      ...(error !== undefined && { error }),
      ...(status === "running" && { started_at: sql<number>`coalesce(started_at, ${now})` }),
    })
    .where("id", "=", id)
    .execute();
  await showStatus(db, id);
}
