// How much of everything a store holds, in a few sums. Reads no rows.
import type { Store } from "./store.ts";

export interface StoreTotals {
  datasets: number;
  /** Of each dataset as it is now. */
  rows: number;
  jobs: { pending: number; running: number; failed: number };
}

export async function totalsOf({ db }: Pick<Store, "db">): Promise<StoreTotals> {
  const numbered = await db
    .selectFrom("datasets")
    .innerJoin("dataset_states", "dataset_states.dataset_id", "datasets.id")
    .select(({ fn }) => [
      fn.countAll<number>().as("count"),
      fn.sum<number | null>("example_count").as("rows"),
    ])
    .where("dataset_states.removed_at", "is", null)
    .executeTakeFirstOrThrow();
  const kept = await db
    .selectFrom("sets")
    .innerJoin("versions", "versions.id", "sets.head_id")
    .select(({ fn }) => [
      fn.countAll<number>().as("count"),
      fn.sum<number | null>("versions.size").as("rows"),
    ])
    .where("sets.removed_at", "is", null)
    .executeTakeFirstOrThrow();
  const jobs = await db
    .selectFrom("jobs")
    .select(({ fn }) => ["status", fn.countAll<number>().as("count")])
    .groupBy("status")
    .execute();
  const count = (status: string): number =>
    Number(jobs.find((row) => row.status === status)?.count ?? 0);
  return {
    datasets: Number(numbered.count) + Number(kept.count),
    rows: Number(numbered.rows ?? 0) + Number(kept.rows ?? 0),
    jobs: { pending: count("pending"), running: count("running"), failed: count("failed") },
  };
}
