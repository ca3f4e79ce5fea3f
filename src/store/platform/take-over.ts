// What somebody did to a file, as the new state of its dataset. Lines that are as before keep their examples; in
// between, lines become edits of the examples that stood there, and what is more or less is added or removed. All of it
// is in the history, so that nothing is lost.
import { createHash } from "node:crypto";
import { sql } from "kysely";
import { FtError } from "../../core/errors.ts";
import { written } from "../flavours/written.ts";
import { type Database, inTransaction, type Store } from "../store.ts";
import { bytesOfFile, countBlocksAgain } from "./blocks.ts";
import { changeExample } from "./changes.ts";
import { appendExamples, insertExamplesAt, lastIndex } from "./examples.ts";
import { fileLines } from "./file-lines.ts";
import { type FileRow, printOf, sizeIn } from "./file-state.ts";
import { pagesOfLines } from "./lines.ts";
import { timestamp } from "./timestamps.ts";

const hashOf = (text: string): string => createHash("sha1").update(text).digest("base64");

interface Known {
  id: number;
  index: number;
  hash: string;
}

interface Difference {
  /** Lines at the beginning that are as before. */
  same: number;
  /** The last index of those; -1 when there are none. */
  sameIndex: number;
  /** What stood between, and how many lines stand there now. */
  before: Known[];
  lines: number;
  /** The file is just as the store would write it. */
  isPlain: boolean;
  bytes: number;
}

async function* rowsOf(
  db: Database,
  row: FileRow,
  range: { upTo: number } | { after: number },
): AsyncGenerator<Known & { text: string }> {
  for await (const lines of pagesOfLines(db, row.datasetId, range)) {
    for (const line of lines) yield { ...line, hash: "" };
  }
}

/** Where file and database differ. Of what is behind the first difference hashes alone are in memory. */
async function differenceOf(db: Database, row: FileRow, path: string): Promise<Difference> {
  const rows = rowsOf(db, row, { upTo: row.writtenIndex });
  // not known to be written, and there all the same: a database brought back from a copy knows less of its files
  const ahead = rowsOf(db, row, { after: row.writtenIndex });
  const difference: Difference = {
    ...{ same: 0, sameIndex: -1, before: [], lines: 0, isPlain: true, bytes: 0 },
  };
  const after: string[] = [];
  let hasDiffered = false;
  for await (const { text, isPlain } of fileLines(path)) {
    difference.isPlain &&= isPlain;
    difference.bytes += Buffer.byteLength(text) + 1;
    if (hasDiffered) {
      after.push(hashOf(text));
      continue;
    }
    const known = await rows.next();
    const { value } = known.done === true ? await ahead.next() : known;
    if (value !== undefined && value.text === text) {
      difference.same++;
      difference.sameIndex = value.index;
      continue;
    }
    hasDiffered = true;
    after.push(hashOf(text));
    if (known.done !== true)
      difference.before.push({ ...known.value, hash: hashOf(known.value.text) });
  }
  for await (const { id, index, text } of rows) {
    difference.before.push({ id, index, hash: hashOf(text) });
  }
  while (after.length > 0 && after.at(-1) === difference.before.at(-1)?.hash) {
    after.pop();
    difference.before.pop();
  }
  return { ...difference, lines: after.length };
}

async function textsBetween(path: string, { same, lines }: Difference): Promise<string[]> {
  const texts: string[] = [];
  let place = 0;
  for await (const { text } of fileLines(path)) {
    if (place >= same && place < same + lines) texts.push(text);
    place++;
  }
  return texts;
}

/** Beyond all indexes: where rows wait while they are numbered anew. */
const aside = 1e12;

/** Makes room behind an index. */
async function shift(db: Database, datasetId: number, behind: number, by: number): Promise<void> {
  const move = async (from: number, add: number) =>
    await db.executeQuery(
      written(
        db,
        "update examples set example_index = example_index + ? where dataset_id = ? and example_index > ?",
        [add, datasetId, from],
      ),
    );
  await move(behind, aside);
  await move(aside - 1, by - aside);
}

/** Words are found by index up to which rows are known: from the start again. */
async function forgetWords(db: Database, datasetId: number): Promise<void> {
  await sql`delete from example_search where rowid in
    (select id from examples where dataset_id = ${datasetId})`.execute(db);
  await db
    .updateTable("dataset_states")
    .set({ indexed_to: 0 })
    .where("dataset_id", "=", datasetId)
    .execute();
}

async function applyTexts(
  db: Database,
  { datasetId }: FileRow,
  { before, sameIndex }: Difference,
  texts: readonly string[],
): Promise<void> {
  const facts = { who: "file", now: Date.now() };
  const paired = Math.min(before.length, texts.length);
  for (let place = 0; place < paired; place++) {
    await changeExample(db, before[place]!.id, { content: texts[place]! }, facts);
  }
  for (const { id } of before.slice(paired)) {
    await changeExample(db, id, { status: "removed" }, facts);
  }
  const more = texts.slice(paired).map((content) => ({ content }));
  if (more.length === 0) return;
  const behind = before[paired - 1]?.index ?? sameIndex;
  const isLast = await db
    .selectFrom("examples")
    .select("id")
    .where("dataset_id", "=", datasetId)
    .where("example_index", ">", behind)
    .limit(1)
    .executeTakeFirst();
  if (isLast === undefined) {
    await appendExamples(db, datasetId, more, facts.now);
    return;
  }
  await forgetWords(db, datasetId);
  await shift(db, datasetId, behind, more.length);
  await insertExamplesAt(db, datasetId, { first: behind + 1, examples: more, now: facts.now });
  await countBlocksAgain(db, datasetId);
}

/** What the file is from now on: ours, and as the database has it but for rows that came meanwhile; or to be written. */
async function recordTaken(
  db: Database,
  { datasetId }: FileRow,
  { print, difference }: { print: string; difference: Difference },
): Promise<void> {
  const isPlain = difference.isPlain && sizeIn(print) === difference.bytes;
  const isAll = isPlain && (await bytesOfFile(db, datasetId)) === difference.bytes;
  const index = isAll ? await lastIndex(db, datasetId) : -1;
  await db.deleteFrom("file_changes").where("dataset_id", "=", datasetId).execute();
  await db
    .updateTable("dataset_states")
    .set((set) => ({
      revision: set("revision", "+", 1),
      written_print: print,
      written_bytes: isAll ? difference.bytes : 0,
      written_index: index,
      written_revision: isAll ? set("revision", "+", 1) : null,
      intent: null,
      told: null,
    }))
    .where("dataset_id", "=", datasetId)
    .execute();
  await db
    .updateTable("datasets")
    .set({ updated_at: timestamp(Date.now()) })
    .where("id", "=", datasetId)
    .execute();
}

/** Takes over what is in the file; gives the reason where it cannot be read, and then leaves all as it is. */
export async function takeOver(
  store: Store,
  row: FileRow,
  path: string,
): Promise<string | undefined> {
  const print = (await printOf(path)) ?? "";
  try {
    const difference = await differenceOf(store.db, row, path);
    const texts = await textsBetween(path, difference);
    await inTransaction(store.db, async (db) => {
      await applyTexts(db, row, difference, texts);
      await recordTaken(db, row, { print, difference });
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof FtError) || error.code !== "FT-PLATFORM-003") throw error;
    await store.db
      .updateTable("dataset_states")
      .set({ told: error.message })
      .where("dataset_id", "=", row.datasetId)
      .execute();
    return error.message;
  }
}
