// Reviews, the files that were handed in for each, and what became of each document: made, found, removed. What stands in
// documents is conversations.ts; files themselves are kept by whoever reads them.
import type { Selectable } from "kysely";
import { type Database, inTransaction, type Store } from "../store.ts";
import type { FoundStatus, ReviewSourcesTable, ReviewsTable, SourceState } from "../tables.ts";
import { unknownReview } from "./review-errors.ts";

export interface Review {
  id: number;
  name: string;
  /** JSON that it was made with. */
  settings: unknown;
  /** The job that reads its documents; null before one was begun. */
  jobId: string | null;
  /** The dataset that was last made of it. */
  datasetId: number | null;
  /** JSON: what reading came to. */
  report: unknown;
  createdAt: number;
  updatedAt: number;
}

export interface ReviewFile {
  id: number;
  name: string;
  bytes: number;
}

export interface ReviewSource {
  id: number;
  /** Of the document; members of archives as `a.zip!/b.txt`. */
  name: string;
  kind: string | null;
  state: SourceState;
  /** UTF-16 units. */
  characters: number;
  /** Why it was skipped. */
  code: string | null;
  reason: string | null;
  /** What of it was left out, or guessed. */
  notes: unknown[];
  found: unknown;
}

const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text));

const reviewOf = (row: Selectable<ReviewsTable>): Review => ({
  ...{ id: row.id, name: row.name, settings: parsed(row.settings), jobId: row.job_id },
  ...{ datasetId: row.dataset_id, report: parsed(row.report) },
  ...{ createdAt: row.created_at, updatedAt: row.updated_at },
});

export async function createReview(
  { db, now }: Store,
  { name, settings }: { name: string; settings: unknown },
): Promise<Review> {
  const at = now();
  const row = await db
    .insertInto("reviews")
    .values({ name, settings: JSON.stringify(settings), created_at: at, updated_at: at })
    .returningAll()
    .executeTakeFirstOrThrow();
  return reviewOf(row);
}

/** Throws UsageError FT-REVIEW-001. */
export async function readReview(db: Database, id: number): Promise<Review> {
  const row = await db.selectFrom("reviews").selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw unknownReview(id);
  return reviewOf(row);
}

/** Newest first. */
export async function listReviews({ db }: Store, limit = 100): Promise<Review[]> {
  const rows = await db
    .selectFrom("reviews")
    .selectAll()
    .orderBy("id", "desc")
    .limit(limit)
    .execute();
  return rows.map(reviewOf);
}

export interface ReviewChanges {
  name?: string;
  jobId?: string;
  datasetId?: number;
  report?: unknown;
}

export async function changeReview(
  db: Database,
  id: number,
  { name, jobId, datasetId, report }: ReviewChanges,
  now: number,
): Promise<void> {
  await db
    .updateTable("reviews")
    .set({
      updated_at: now,
      ...(name !== undefined && { name }),
      ...(jobId !== undefined && { job_id: jobId }),
      ...(datasetId !== undefined && { dataset_id: datasetId }),
      ...(report !== undefined && { report: JSON.stringify(report) }),
    })
    .where("id", "=", id)
    .execute();
}

/** With all that was found and done; the dataset that was made of it stays. Throws FT-REVIEW-001. */
export async function deleteReview({ db }: Store, id: number): Promise<void> {
  await inTransaction(db, async (within) => {
    await readReview(within, id);
    await within.deleteFrom("reviews").where("id", "=", id).execute();
  });
}

export async function addReviewFile(
  { db }: Store,
  reviewId: number,
  file: Omit<ReviewFile, "id">,
): Promise<ReviewFile> {
  const { id } = await db
    .insertInto("review_files")
    .values({ review_id: reviewId, ...file })
    .returning("id")
    .executeTakeFirstOrThrow();
  return { id, ...file };
}

export async function listReviewFiles(db: Database, reviewId: number): Promise<ReviewFile[]> {
  return await db
    .selectFrom("review_files")
    .select(["id", "name", "bytes"])
    .where("review_id", "=", reviewId)
    .orderBy("id")
    .execute();
}

export async function deleteReviewFile(
  { db }: Store,
  reviewId: number,
  id: number,
): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom("review_files")
    .where("review_id", "=", reviewId)
    .where("id", "=", id)
    .executeTakeFirst();
  return Number(numDeletedRows) > 0;
}

const sourceOf = (row: Selectable<ReviewSourcesTable>): ReviewSource => ({
  ...{ id: row.id, name: row.name, kind: row.kind, state: row.state, characters: row.characters },
  ...{ code: row.code, reason: row.reason, found: parsed(row.found) },
  notes: JSON.parse(row.notes) as unknown[],
});

export async function listSources(db: Database, reviewId: number): Promise<ReviewSource[]> {
  const rows = await db
    .selectFrom("review_sources")
    .selectAll()
    .where("review_id", "=", reviewId)
    .orderBy("id")
    .execute();
  return rows.map(sourceOf);
}

/** A document that is begun, or begun again: nothing that an ended try has found of it stays. Gives its id. */
export async function beginSource(
  { db }: Store,
  reviewId: number,
  { name, kind }: { name: string; kind: string },
): Promise<number> {
  return await inTransaction(db, async (within) => {
    await within
      .deleteFrom("review_sources")
      .where("review_id", "=", reviewId)
      .where("name", "=", name)
      .execute();
    const { id } = await within
      .insertInto("review_sources")
      .values({ review_id: reviewId, name, kind, state: "reading" })
      .returning("id")
      .executeTakeFirstOrThrow();
    return id;
  });
}

export type SourceEnd = Partial<Omit<ReviewSource, "id" | "name">> & { state: SourceState };

/** What became of a document, whether it was begun or not. */
export async function noteSource(
  { db }: Store,
  reviewId: number,
  name: string,
  { notes, found, ...end }: SourceEnd,
): Promise<void> {
  const values = {
    ...end,
    ...(notes !== undefined && { notes: JSON.stringify(notes) }),
    ...(found !== undefined && { found: JSON.stringify(found) }),
  };
  await db
    .insertInto("review_sources")
    .values({ review_id: reviewId, name, ...values })
    .onConflict((on) => on.columns(["review_id", "name"]).doUpdateSet(values))
    .execute();
}

export type StatusCounts = Record<Exclude<FoundStatus, "gone">, number>;

export async function statusCounts(db: Database, reviewId: number): Promise<StatusCounts> {
  const rows = await db
    .selectFrom("review_conversations")
    .select(({ fn }) => ["status", fn.countAll<number>().as("count")])
    .where("review_id", "=", reviewId)
    .groupBy("status")
    .execute();
  const of = (status: FoundStatus): number =>
    Number(rows.find((row) => row.status === status)?.count ?? 0);
  return { open: of("open"), accepted: of("accepted"), rejected: of("rejected") };
}
