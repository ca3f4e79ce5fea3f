// Words in rows, found by the database's own index. Rows are indexed when something is first searched for, so that writing them
// costs nothing more; each stored row once, whatever the number of versions.
import { flavourOf } from "../flavours/flavour-of.ts";
import { inTransaction, type Store } from "../store.ts";

const rowsAtOnce = 500;

function stringsIn(value: unknown, found: string[]): void {
  if (typeof value === "string") found.push(value);
  else if (Array.isArray(value)) for (const each of value) stringsIn(each, found);
  else if (typeof value === "object" && value !== null) stringsIn(Object.values(value), found);
}

/** What a row says: its texts, without the names of fields. */
export function wordsOf(text: string): string {
  const found: string[] = [];
  stringsIn(JSON.parse(text), found);
  return found.join("\n");
}

async function indexSome(store: Store): Promise<number> {
  return await inTransaction(store.db, async (db) => {
    const { indexed_to: from } = await db
      .selectFrom("search_state")
      .select("indexed_to")
      .executeTakeFirstOrThrow();
    const rows = await db
      .selectFrom("records")
      .select(["id", "text"])
      .where("id", ">", from)
      .orderBy("id")
      .limit(rowsAtOnce)
      .execute();
    const { search } = flavourOf(db);
    for (const { id, text } of rows)
      await search.add(db, { table: "record_search" }, id, wordsOf(text));
    const last = rows.at(-1);
    if (last !== undefined)
      await db.updateTable("search_state").set({ indexed_to: last.id }).execute();
    return rows.length;
  });
}

/** Indexes what has come since the last time, in short transactions. */
export async function indexRecords(store: Store): Promise<void> {
  while ((await indexSome(store)) === rowsAtOnce);
}
