// Rows by their content: each text is stored once, whatever the number of versions and places it is in.
import { createHash } from "node:crypto";
import { parseJson } from "../../core/json-text.ts";
import { written } from "../flavours/written.ts";
import type { Database } from "../store.ts";
import { badRow } from "./dataset-errors.ts";

/** A stored row, as chunks need it. */
export interface StoredRecord {
  id: number;
  /** SHA-256 of its text. */
  hash: Buffer;
}

export interface RecordText {
  text: string;
  /** What it is called: its `id` field. */
  key: string | null;
}

/** A row's text and name. Throws where the text is no JSON object. `line` says where it comes from. */
export function recordText(text: string, line?: number, file?: string): RecordText {
  const result = parseJson(text);
  if (!result.ok) {
    const { reason, column } = result.problem;
    throw badRow(`${reason} (column ${column})`, line, file);
  }
  const { value } = result;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw badRow("the row is not a JSON object", line, file);
  }
  const { id } = value as { id?: unknown };
  return { text, key: typeof id === "string" || typeof id === "number" ? String(id) : null };
}

const hashOf = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Rows of one statement: one text of SQL, compiled once. */
const recordsAtOnce = 100;

async function insertSome(db: Database, records: readonly RecordText[]): Promise<StoredRecord[]> {
  const hashes = records.map(({ text }) => hashOf(text));
  const values = records.map(() => "(?, ?, ?)").join();
  const parameters = records.flatMap(({ text, key }, index) => [hashes[index], key, text]);
  const insert = `insert into records (hash, key, text) values ${values} on conflict (hash) do nothing`;
  await db.executeQuery(written(db, insert, parameters));
  const marks = records.map(() => "?").join();
  const select = `select id, hash from records where hash in (${marks})`;
  const { rows } = await db.executeQuery<{ id: number; hash: Uint8Array }>(
    written(db, select, hashes),
  );
  const ids = new Map(rows.map(({ id, hash }) => [Buffer.from(hash).toString("latin1"), id]));
  return hashes.map((hash) => ({ id: ids.get(hash.toString("latin1")) as number, hash }));
}

/** Stores rows that are not there yet. Gives all of them, in order. */
export async function storeRecords(
  db: Database,
  records: readonly RecordText[],
): Promise<StoredRecord[]> {
  const stored: StoredRecord[] = [];
  for (let start = 0; start < records.length; start += recordsAtOnce) {
    stored.push(...(await insertSome(db, records.slice(start, start + recordsAtOnce))));
  }
  return stored;
}
