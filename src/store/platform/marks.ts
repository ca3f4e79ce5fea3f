// What a person says of rows that a judge has scored, beside the job's units: accepted, or rated. Gone with the job.
import type { Store } from "../store.ts";

export interface QualityMark {
  unitId: number;
  isAccepted: boolean;
  /** 0 to 10; null where the row was not rated. */
  rating: number | null;
}

export async function listMarks({ db }: Store, jobId: string): Promise<QualityMark[]> {
  const rows = await db
    .selectFrom("quality_marks")
    .select(["unit_id", "is_accepted", "rating"])
    .where("job_id", "=", jobId)
    .orderBy("unit_id")
    .execute();
  return rows.map(({ unit_id: unitId, is_accepted, rating }) => ({
    ...{ unitId, isAccepted: is_accepted === 1, rating },
  }));
}

/** Of a unit that is there; what is not given stays as it was. */
export async function markRow(
  { db, now }: Store,
  { jobId, unitId }: { jobId: string; unitId: number },
  { isAccepted, rating }: Partial<Omit<QualityMark, "unitId">>,
): Promise<void> {
  const at = now();
  const values = {
    at,
    ...(isAccepted !== undefined && { is_accepted: isAccepted ? 1 : 0 }),
    ...(rating !== undefined && { rating }),
  };
  await db
    .insertInto("quality_marks")
    .values({ unit_id: unitId, job_id: jobId, ...values })
    .onConflict((on) => on.column("unit_id").doUpdateSet(values))
    .execute();
}
