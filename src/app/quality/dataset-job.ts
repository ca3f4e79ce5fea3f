// A quality job over a dataset of the platform, around the rows that are judged: a first unit that makes a unit of each
// row, and a last one that writes the rows that stay as a dataset of their own.
import { dirname } from "node:path";
import {
  addUnits,
  type ClaimedUnit,
  type Database,
  isEnded,
  type NewUnit,
  nothingCame,
  readJob,
  type Store,
  type UnitContext,
  UnitFailure,
  type UnitKind,
  type UnitOutcome,
} from "../../store/index.ts";
import {
  type CopiedExample,
  createFilledDataset,
  datasetByFile,
  exportExamples,
  fileInStep,
  improvedFilePath,
  type NewExample,
  readDataset,
} from "../../store/platform/index.ts";
import type { JsonObject } from "../../text/types.ts";
import type { RowToJudge } from "./judge-row.ts";
import { averageScore, readQualityRow } from "./quality-row.ts";
import { mostAttempts, RepeatedRows, ROW_UNIT, rowUnits } from "./rows-to-judge.ts";

export const PLAN_UNIT = "quality-plan";
export const FINISH_UNIT = "quality-finish";

/** Rows read and made units at once. */
const page = 500;

export const planUnit: NewUnit = { key: "plan", kind: PLAN_UNIT, mostAttempts };

interface FinishTask {
  /** The last index of those that were planned; rows that came later were not judged. */
  through: number;
}

export function rowToJudge(
  example: CopiedExample,
  position: number,
  known: RepeatedRows,
): RowToJudge {
  const { id: number, index, content: text } = example;
  const value = JSON.parse(text) as JsonObject;
  const own = value["id"];
  const id = typeof own === "string" || typeof own === "number" ? String(own) : String(index + 1);
  const repeats = known.repeats(value, id);
  const place = { id, position, line: position + 1, text, example: number };
  return { ...place, ...(repeats !== undefined && { repeats }) };
}

/** A unit for each row that is active now, and the last one. */
async function addRows(store: Store, db: Database, jobId: string, datasetId: number) {
  const known = new RepeatedRows();
  let rows: RowToJudge[] = [];
  let [position, through] = [0, -1];
  const add = async (): Promise<void> => {
    await addUnits(store, db, jobId, rowUnits(rows, 1));
    rows = [];
  };
  for await (const example of exportExamples({ ...store, db }, datasetId)) {
    rows.push(rowToJudge(example, position++, known));
    through = example.index;
    if (rows.length >= page) await add();
  }
  await add();
  const input: FinishTask = { through };
  await addUnits(store, db, jobId, [
    { key: "finish", kind: FINISH_UNIT, stage: 2, input, mostAttempts },
  ]);
}

async function jobsRow(db: Database, jobId: string) {
  const row = await readQualityRow(db, jobId);
  if (row === undefined || row.dataset_id === null)
    throw new UnitFailure("the job has no dataset", { isFinal: true });
  return { ...row, dataset_id: row.dataset_id };
}

/** Throws what no other try mends: a dataset that was deleted, a file that nobody can take over. */
async function requireInStep(store: Store, datasetId: number): Promise<void> {
  try {
    await readDataset(store, datasetId);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnitFailure(reason, { isFinal: true, cause: error });
  }
  const { state, path, reason = "" } = await fileInStep(store, datasetId);
  if (state !== "changed") return;
  throw new UnitFailure(`${path} was changed and cannot be read: ${reason}`, { pausesJob: true });
}

async function plan(store: Store, { jobId }: ClaimedUnit): Promise<UnitOutcome> {
  const { dataset_id: datasetId } = await jobsRow(store.db, jobId);
  await requireInStep(store, datasetId);
  const effects = async (db: Database): Promise<void> => {
    // one that was cancelled meanwhile takes no more units
    if (isEnded((await readJob(db, jobId)).status)) return;
    await addRows(store, db, jobId, datasetId);
  };
  return { effects };
}

async function* staying(
  store: Store,
  datasetId: number,
  through: number,
  signal: AbortSignal,
): AsyncGenerator<NewExample> {
  for await (const { index, content, qualityScore, metadata } of exportExamples(store, datasetId)) {
    signal.throwIfAborted();
    if (index > through) return;
    yield { content, qualityScore, metadata: JSON.parse(metadata) as JsonObject };
  }
}

/** Of two that would write it, as after a lease that ran out, one does. */
async function noteFile(db: Database, id: number, path: string): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable("quality_jobs")
    .set({ result_file_path: path })
    .where("id", "=", id)
    .where("result_file_path", "is", null)
    .executeTakeFirst();
  if (Number(numUpdatedRows) !== 1) throw new UnitFailure("the improved dataset exists already");
}

async function writeImproved(
  store: Store,
  { id, dataset_id: datasetId }: { id: number; dataset_id: number },
  { through }: FinishTask,
  signal: AbortSignal,
): Promise<void> {
  const { name, domain, subdomain, format, filePath, metadata } = await readDataset(
    store,
    datasetId,
  );
  const path = await improvedFilePath(store.db, filePath);
  await createFilledDataset(store, {
    wanted: {
      ...{ name: `${name}, improved`, domain, subdomain, format },
      ...{ folder: dirname(path), filePath: path },
      metadata: { ...metadata, improved_from: datasetId, quality_job: id },
    },
    examples: staying(store, datasetId, through, signal),
    also: (db) => noteFile(db, id, path),
  });
}

/** Throws where no row was judged, though each was asked about: nothing has been improved then. */
async function requireJudged(store: Store, jobId: string): Promise<void> {
  const reason = await nothingCame(store.db, jobId, ROW_UNIT);
  if (reason !== null) throw new UnitFailure(reason, { isFinal: true });
}

async function finish(
  store: Store,
  { jobId, input }: ClaimedUnit,
  { signal }: UnitContext,
): Promise<UnitOutcome> {
  const row = await jobsRow(store.db, jobId);
  const { units } = await readJob(store.db, jobId);
  if (units.failed > 0)
    throw new UnitFailure(`${units.failed} rows could not be judged`, { isFinal: true });
  await requireJudged(store, jobId);
  await requireInStep(store, row.dataset_id);
  if (row.result_file_path === null) await writeImproved(store, row, input as FinishTask, signal);
  const { result_file_path: path } = await jobsRow(store.db, jobId);
  const improved = path === null ? undefined : await datasetByFile(store.db, path);
  if (improved !== undefined) await fileInStep(store, improved.id);
  const effects = async (db: Database): Promise<void> => {
    const average = await averageScore(db, row.dataset_id);
    await db
      .updateTable("quality_jobs")
      .set({ avg_quality_score: average })
      .where("id", "=", row.id)
      .execute();
  };
  return { result: { dataset: improved?.id ?? null, file: path }, effects };
}

/** What does the first and the last unit. */
export const datasetUnits = (store: Store): Record<string, UnitKind> => ({
  [PLAN_UNIT]: { concurrency: 2, run: async (unit) => await plan(store, unit) },
  [FINISH_UNIT]: {
    concurrency: 2,
    run: async (unit, context) => await finish(store, unit, context),
  },
});
