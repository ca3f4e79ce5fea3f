// The row of a quality job in the platform's table, and what a judged row does to its example: written in the transaction
// that marks its unit done, so that counts, examples and units say the same after any crash.
import type { ClaimedUnit, Database } from "../../store/index.ts";
import {
  changeExample,
  type ExampleChanges,
  mostErrors,
  platformIdOf,
} from "../../store/platform/index.ts";
import type { Decision } from "../../synth/quality/decision.ts";
import type { RowOutcome, RowToJudge } from "./judge-row.ts";
import { finalScores } from "./tally.ts";

/** Of edits in the history of an example. */
const who = "quality";

/** Undefined for a job over a file, which has no row. */
export async function readQualityRow(db: Database, jobId: string) {
  const id = await platformIdOf(db, jobId);
  if (id === undefined) return undefined;
  return await db.selectFrom("quality_jobs").selectAll().where("id", "=", id).executeTakeFirst();
}

type QualityRow = NonNullable<Awaited<ReturnType<typeof readQualityRow>>>;

/** As the example stands; undefined where its dataset was deleted. */
async function standing(db: Database, id: number) {
  return await db
    .selectFrom("examples")
    .innerJoin("dataset_states", "dataset_states.dataset_id", "examples.dataset_id")
    .select(["examples.content", "examples.status", "examples.metadata"])
    .where("examples.id", "=", id)
    .where("dataset_states.removed_at", "is", null)
    .executeTakeFirst();
}

/** The mean score of the rows that stay; null where none has one. */
export async function averageScore(db: Database, datasetId: number): Promise<number | null> {
  const { mean } = await db
    .selectFrom("examples")
    .select(({ fn }) => fn.avg<number | string | null>("quality_score").as("mean"))
    .where("dataset_id", "=", datasetId)
    .where("status", "=", "active")
    .executeTakeFirstOrThrow();
  return mean === null ? null : Number(mean);
}

function changesOf(outcome: RowOutcome, metadata: string): ExampleChanges {
  const { decision, isBelow, reasons, rewriting, scores } = outcome;
  const score = (finalScores(outcome) ?? scores)?.overall;
  const known = JSON.parse(metadata) as Record<string, unknown>;
  const told = decision === "kept" && !isBelow ? undefined : { decision, reasons };
  return {
    ...(score !== undefined && { qualityScore: score }),
    ...(decision === "fixed" && { content: rewriting?.text }),
    ...(decision === "removed" && { status: "removed" as const }),
    ...(told !== undefined && { metadata: { ...known, quality: told } as never }),
  };
}

interface Applied {
  decision: Decision;
  error?: string;
}

/** What somebody changed since it was read is left as it is. */
async function applied(
  db: Database,
  { id, example, text }: RowToJudge,
  outcome: RowOutcome,
  now: number,
): Promise<Applied> {
  const found = example === undefined ? undefined : await standing(db, example);
  if (found === undefined || found.status === "removed")
    return { decision: "removed", error: `row ${id}: it was removed while it was judged` };
  if (found.content !== text)
    return { decision: "kept", error: `row ${id}: it was changed while it was judged` };
  await changeExample(db, example as number, changesOf(outcome, found.metadata), { who, now });
  return { decision: outcome.decision };
}

/** The mean is over all rows of the set: it is looked up again with every hundredth part of them. */
async function averageNow(db: Database, row: QualityRow, processed: number) {
  const isDue = processed % Math.max(1, Math.floor(processed / 100)) === 0;
  if (!isDue || row.dataset_id === null) return row.avg_quality_score;
  return await averageScore(db, row.dataset_id);
}

/** Whether this row was counted before: the judge had no verdict on it, and it is judged again. It was kept then. */
async function wasCounted(db: Database, unitId: number): Promise<boolean> {
  const unit = await db
    .selectFrom("units")
    .select("result")
    .where("id", "=", unitId)
    .executeTakeFirst();
  return (unit?.result ?? null) !== null;
}

/** What a judged row brings: the example's score, text and status, and the job's counts. */
export async function noteJudged(
  db: Database,
  { id, jobId, input }: Pick<ClaimedUnit, "id" | "jobId" | "input">,
  outcome: RowOutcome,
  now: number,
): Promise<void> {
  const row = await readQualityRow(db, jobId);
  if (row === undefined) return;
  const { decision, error } = await applied(db, input as RowToJudge, outcome, now);
  const errors = JSON.parse(row.errors ?? "[]") as string[];
  if (error !== undefined && errors.length < mostErrors) errors.push(error);
  const more = (of: Decision): number => (of === decision ? 1 : 0);
  const again = (await wasCounted(db, id)) ? 1 : 0;
  const processed = row.examples_processed + 1 - again;
  await db
    .updateTable("quality_jobs")
    .set({
      examples_processed: processed,
      examples_kept: row.examples_kept + more("kept") - again,
      examples_fixed: row.examples_fixed + more("fixed"),
      examples_removed: row.examples_removed + more("removed"),
      avg_quality_score: await averageNow(db, row, processed),
      errors: JSON.stringify(errors),
    })
    .where("id", "=", row.id)
    .execute();
}
