// Words in examples, found by the database's own index. A dataset is indexed when something is first searched for in it, so that
// writing costs nothing more; what was edited since is indexed anew at the edit.
import { type RawBuilder, sql } from "kysely";
import { searchTokens } from "../datasets/search-words.ts";
import { wordsOf } from "../datasets/search.ts";
import { flavourOf } from "../flavours/flavour-of.ts";
import type { SearchIndex } from "../flavours/flavour.ts";
import { type Database, inTransaction, type Store } from "../store.ts";

const rowsAtOnce = 500;

/** A word that no text has: which dataset a row of the index is of. */
const indexOf = (datasetId: number): SearchIndex => ({
  table: "example_search",
  scope: `dataset${datasetId}`,
});

async function indexRow(db: Database, row: { id: number; datasetId: number; content: string }) {
  const { search } = flavourOf(db);
  await search.add(db, indexOf(row.datasetId), row.id, wordsOf(row.content));
}

async function indexSome(store: Store, datasetId: number): Promise<number> {
  return await inTransaction(store.db, async (db) => {
    const { indexed_to: from } = await db
      .selectFrom("dataset_states")
      .select("indexed_to")
      .where("dataset_id", "=", datasetId)
      .executeTakeFirstOrThrow();
    const rows = await db
      .selectFrom("examples")
      .select(["id", "content"])
      .where("dataset_id", "=", datasetId)
      .where("example_index", ">=", from)
      .orderBy("example_index")
      .limit(rowsAtOnce)
      .execute();
    for (const { id, content } of rows) await indexRow(db, { id, datasetId, content });
    if (rows.length > 0) {
      await db
        .updateTable("dataset_states")
        .set({ indexed_to: from + rows.length })
        .where("dataset_id", "=", datasetId)
        .execute();
    }
    return rows.length;
  });
}

/** Indexes what has come since the last time, in short transactions. */
export async function indexExamples(store: Store, datasetId: number): Promise<void> {
  while ((await indexSome(store, datasetId)) === rowsAtOnce);
}

/** Ids of a dataset's examples that have the words. Throws FT-DATASET-009 for a query that cannot be read. */
export function foundIds(db: Database, datasetId: number, search: string): RawBuilder<unknown> {
  const found = flavourOf(db).search.matches(indexOf(datasetId), searchTokens(search));
  return sql`select rowid from example_search where ${found}`;
}

/** Indexes an example again whose content has changed, in the transaction that changes it. */
export async function indexAgain(
  db: Database,
  row: { id: number; datasetId: number; index: number; content: string },
): Promise<void> {
  const state = await db
    .selectFrom("dataset_states")
    .select("indexed_to")
    .where("dataset_id", "=", row.datasetId)
    .executeTakeFirst();
  if (state === undefined || row.index >= state.indexed_to) return;
  await sql`delete from example_search where rowid = ${row.id}`.execute(db);
  await indexRow(db, row);
}
