// Examples: rows of a dataset as the database has them, put behind the others and read. Changes of one are in edits.ts.
import type { Selectable } from "kysely";
import { written } from "../flavours/written.ts";
import { type Database, inTransaction, type Store } from "../store.ts";
import type { ExamplesTable, ExampleStatus } from "../tables.ts";
import { tellAppended } from "./appended.ts";
import { type BlockChange, countInBlocks } from "./blocks.ts";
import { unknownDatasetId, unknownExample } from "./platform-errors.ts";
import { timestamp } from "./timestamps.ts";
import { type JsonObject, jsonObject, lineText } from "./values.ts";

export type { ExampleStatus };

export interface Example {
  id: number;
  datasetId: number;
  /** From 0, in the order of the file; those of removed examples stay theirs. */
  index: number;
  content: JsonObject;
  /** 0 to 10; null when nobody has judged it. */
  qualityScore: number | null;
  status: ExampleStatus;
  metadata: JsonObject;
  /** ISO 8601, UTC. */
  createdAt: string;
  updatedAt: string;
}

export interface NewExample {
  /** The row, or the text of its line, which is then kept letter by letter. */
  content: Readonly<JsonObject> | string;
  qualityScore?: number | null | undefined;
  metadata?: Readonly<JsonObject> | undefined;
}

export const exampleOf = (row: Selectable<ExamplesTable>): Example => ({
  id: row.id,
  datasetId: row.dataset_id,
  index: row.example_index,
  content: JSON.parse(row.content) as JsonObject,
  qualityScore: row.quality_score,
  status: row.status,
  metadata: jsonObject(row.metadata),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** Rows of one statement. */
const rowsAtOnce = 100;

/** The greatest index of a dataset's examples, removed ones too; -1 when it has none. */
export async function lastIndex(db: Database, datasetId: number): Promise<number> {
  const row = await db
    .selectFrom("examples")
    .select("example_index")
    .where("dataset_id", "=", datasetId)
    .orderBy("example_index", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.example_index ?? -1;
}

async function insertSome(
  db: Database,
  rows: readonly (readonly (string | number | null)[])[],
): Promise<number[]> {
  const values = rows.map(() => "(?, ?, ?, ?, ?, ?, ?)").join();
  const text = `insert into examples (dataset_id, example_index, content, quality_score, metadata, created_at,
    updated_at) values ${values} returning id`;
  const done = await db.executeQuery<{ id: number }>(written(db, text, rows.flat()));
  return done.rows.map(({ id }) => id);
}

/** Notes that the rows have changed: the file is behind from now on. */
export async function touchDataset(
  db: Database,
  datasetId: number,
  { more, at }: { more: number; at: string },
): Promise<number> {
  const state = await db
    .updateTable("dataset_states")
    .set((set) => ({ revision: set("revision", "+", 1) }))
    .where("dataset_id", "=", datasetId)
    .where("removed_at", "is", null)
    .returning("revision")
    .executeTakeFirst();
  if (state === undefined) throw unknownDatasetId(datasetId);
  await db
    .updateTable("datasets")
    .set((set) => ({ example_count: set("example_count", "+", more), updated_at: at }))
    .where("id", "=", datasetId)
    .execute();
  return state.revision;
}

/**
 * Puts examples behind those that are there, in the transaction of `db` where it is one; gives their ids. The file follows when the
 * transaction has ended (`fileInStep`, or a running `keepFilesInStep`). Throws FT-PLATFORM-001 and -003.
 */
export async function appendExamples(
  db: Database,
  datasetId: number,
  examples: readonly NewExample[],
  now: number = Date.now(),
): Promise<number[]> {
  if (examples.length === 0) return [];
  const at = timestamp(now);
  const appended = await inTransaction(db, async (transaction) => {
    await touchDataset(transaction, datasetId, { more: examples.length, at });
    const first = (await lastIndex(transaction, datasetId)) + 1;
    const { ids, changes } = await insertAll(transaction, datasetId, { first, examples, at });
    await countInBlocks(transaction, datasetId, changes);
    return ids;
  });
  tellAppended();
  return appended;
}

interface Inserted {
  ids: number[];
  changes: BlockChange[];
}

async function insertAll(
  db: Database,
  datasetId: number,
  { first, examples, at }: { first: number; examples: readonly NewExample[]; at: string },
): Promise<Inserted> {
  const done: Inserted = { ids: [], changes: [] };
  for (let start = 0; start < examples.length; start += rowsAtOnce) {
    const rows = examples.slice(start, start + rowsAtOnce).map((example, place) => {
      const index = first + start + place;
      const text = lineText(example.content);
      done.changes.push({ index, active: 1, removed: 0, bytes: Buffer.byteLength(text) + 1 });
      const metadata = JSON.stringify(example.metadata ?? {});
      return [datasetId, index, text, example.qualityScore ?? null, metadata, at, at];
    });
    done.ids.push(...(await insertSome(db, rows)));
  }
  return done;
}

/** Puts examples at indexes that are free; the counters are counted again after. */
export async function insertExamplesAt(
  db: Database,
  datasetId: number,
  { first, examples, now }: { first: number; examples: readonly NewExample[]; now: number },
): Promise<void> {
  const at = timestamp(now);
  await touchDataset(db, datasetId, { more: examples.length, at });
  await insertAll(db, datasetId, { first, examples, at });
}

/** One example; gives its id. As `appendExamples`. */
export async function appendExample(
  db: Database,
  datasetId: number,
  example: NewExample,
  now: number = Date.now(),
): Promise<number> {
  const [id] = await appendExamples(db, datasetId, [example], now);
  return id as number;
}

/** The stored row of an example whose dataset was not deleted. */
export async function storedExample(db: Database, id: number): Promise<Selectable<ExamplesTable>> {
  const row = await db
    .selectFrom("examples")
    .innerJoin("dataset_states", "dataset_states.dataset_id", "examples.dataset_id")
    .selectAll("examples")
    .where("examples.id", "=", Number.isSafeInteger(id) ? id : -1)
    .where("dataset_states.removed_at", "is", null)
    .executeTakeFirst();
  if (row === undefined) throw unknownExample(id);
  return row;
}

/** An example, active or removed. Throws FT-PLATFORM-002 where there is none of this id. */
export async function readExample({ db }: Pick<Store, "db">, id: number): Promise<Example> {
  return exampleOf(await storedExample(db, id));
}

/** The example at an index of a dataset, active or removed. */
export async function readExampleAt(
  db: Database,
  datasetId: number,
  index: number,
): Promise<Example | undefined> {
  const row = await db
    .selectFrom("examples")
    .selectAll()
    .where("dataset_id", "=", datasetId)
    .where("example_index", "=", index)
    .executeTakeFirst();
  return row && exampleOf(row);
}
