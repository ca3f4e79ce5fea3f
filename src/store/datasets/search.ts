// Words in rows, found by SQLite's FTS5. Rows are indexed when something is first searched for, so that writing them
// costs nothing more; each stored row once, whatever the number of versions.
import { CompiledQuery } from "kysely";
import { inTransaction, type Store } from "../store.ts";
import { badSearch } from "./dataset-errors.ts";

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
    for (const { id, text } of rows) {
      const insert = "insert into record_search (rowid, text) values (?, ?)";
      await db.executeQuery(CompiledQuery.raw(insert, [id, wordsOf(text)]));
    }
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

const operators = new Set(["AND", "OR", "NOT"]);

const token = /"([^"]*)"|(\S+)/g;

/** A query that FTS5 takes: words and "exact words" are quoted, `word*` and operators stay what they are. */
export function matchOf(search: string): string {
  const parts = [...search.matchAll(token)].map(([, exact, word = ""]) => {
    if (exact !== undefined) return `"${exact}"`;
    if (operators.has(word)) return word;
    const isPrefix = word.endsWith("*");
    return `"${word.replaceAll('"', "").replace(/\*+$/, "")}"${isPrefix ? "*" : ""}`;
  });
  const isQuery =
    parts.length > 0 && !operators.has(parts[0] ?? "") && !operators.has(parts.at(-1) ?? "");
  if (!isQuery) throw badSearch(search, "it begins or ends with AND, OR or NOT, or is empty");
  return parts.join(" ");
}
