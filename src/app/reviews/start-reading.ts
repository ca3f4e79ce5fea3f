// Begins, or begins again, the job that reads a review's documents. What was read already is not read again.
import type { Environment } from "../../core/paths.ts";
import {
  inTransaction,
  isEnded,
  type Job,
  readJob,
  resumeJob,
  retryJob,
  type Store,
} from "../../store/index.ts";
import { changeReview, listReviewFiles, notNow, readReview } from "../../store/reviews/index.ts";
import { submitJob } from "../jobs/submit.ts";

/** Undefined where there is none any more. */
export async function jobOfReview(store: Store, jobId: string | null): Promise<Job | undefined> {
  return jobId === null ? undefined : await readJob(store.db, jobId).catch(() => undefined);
}

/** Throws UsageError FT-REVIEW-001, FT-REVIEW-005 without files or while it goes on. */
export async function startReading(
  { environment, store }: { environment: Environment; store: Store },
  reviewId: number,
): Promise<Job> {
  const review = await readReview(store.db, reviewId);
  if ((await listReviewFiles(store.db, reviewId)).length === 0)
    throw notNow("the review has no documents", "Hand in some first");
  const known = await jobOfReview(store, review.jobId);
  if (known?.status === "paused") return await resumeJob(store, known.id);
  if (known?.status === "failed" || known?.status === "cancelled")
    return await retryJob(store, known.id);
  if (known !== undefined && !isEnded(known.status))
    throw notNow("its documents are being read", "Wait until that has ended, or cancel it");
  return await inTransaction(store.db, async (db) => {
    const within = { ...store, db };
    const job = await submitJob(within, "identify", { review: reviewId }, { environment });
    await changeReview(db, reviewId, { jobId: job.id }, store.now());
    return job;
  });
}
