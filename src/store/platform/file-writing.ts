// One step of a file towards the database: all of it written anew, one line another, lines put behind. What is about to
// be written is recorded before, what was written after; files.ts decides which step it is.
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { syncPath, temporaryNameFor } from "../../core/atomic-files.ts";
import { makeFolders } from "../../core/folders.ts";
import { type Database, inTransaction, type Store } from "../store.ts";
import { lastIndex } from "./examples.ts";
import { removeAbandoned, textOf, writeBehind, writeLines, writeSpliced } from "./file-parts.ts";
import { type FileRow, type FileWriter, type Intent, printOf, sizeIn } from "./file-state.ts";
import { type Line, pagesOfLines } from "./lines.ts";

/** Recorded changes of lines that the file does not have yet, in their order. */
export const pendingChanges = (db: Database, datasetId: number) =>
  db
    .selectFrom("file_changes")
    .leftJoin("examples", "examples.id", "file_changes.example_id")
    .select([
      "file_changes.id",
      "file_changes.offset",
      "file_changes.old_bytes as oldBytes",
      "file_changes.new_bytes as newBytes",
      "examples.example_index as index",
      "examples.content",
      "examples.status",
    ])
    .where("file_changes.dataset_id", "=", datasetId)
    .orderBy("file_changes.id");

async function setIntent(db: Database, datasetId: number, intent: Intent | null): Promise<void> {
  await db
    .updateTable("dataset_states")
    .set({ intent: intent === null ? null : JSON.stringify(intent) })
    .where("dataset_id", "=", datasetId)
    .execute();
}

interface WrittenFile {
  print: string;
  bytes: number;
  index: number;
  /** Changes up to this one are in it. */
  upToChange: number;
}

/** Records what the file is now; it is no longer behind when nothing else has come meanwhile. */
export async function record(db: Database, datasetId: number, written: WrittenFile): Promise<void> {
  await inTransaction(db, async (transaction) => {
    await transaction
      .deleteFrom("file_changes")
      .where("dataset_id", "=", datasetId)
      .where("id", "<=", written.upToChange)
      .execute();
    const left = await transaction
      .selectFrom("file_changes")
      .select("id")
      .where("dataset_id", "=", datasetId)
      .limit(1)
      .executeTakeFirst();
    const isWhole =
      left === undefined && (await lastIndex(transaction, datasetId)) <= written.index;
    await transaction
      .updateTable("dataset_states")
      .set((set) => ({
        written_print: written.print,
        written_bytes: written.bytes,
        written_index: written.index,
        // behind still: one that no revision has
        written_revision: isWhole ? set.ref("revision") : -1,
        intent: null,
        told: null,
      }))
      .where("dataset_id", "=", datasetId)
      .execute();
  });
}

/** Somebody wrote into the file between our look and our writing. */
export class ChangedMeanwhile extends Error {}

async function requireOurs(path: string, print: string | null): Promise<void> {
  if (((await printOf(path)) ?? null) !== print) throw new ChangedMeanwhile();
}

export interface Task {
  store: Store;
  row: FileRow;
  path: string;
  /** As the file is found: what must still be there when it is replaced. Null where there is none. */
  found: string | null;
  writer: FileWriter;
}

/** Gives a new file its name. `fill` writes it and says what it is; undefined where it cannot. */
async function replace(
  { store, row, path, found }: Task,
  fill: (
    handle: Awaited<ReturnType<typeof open>>,
  ) => Promise<Omit<WrittenFile, "print"> | undefined>,
): Promise<boolean> {
  makeFolders(dirname(path));
  await removeAbandoned(path);
  const temporary = temporaryNameFor(path);
  const handle = await open(temporary, "wx", 0o644);
  try {
    const filled = await fill(handle);
    if (filled === undefined) return false;
    await handle.sync();
    await handle.close();
    const print = (await printOf(temporary)) ?? "";
    await setIntent(store.db, row.datasetId, { kind: "replace", ...filled, print });
    await requireOurs(path, found);
    await rename(temporary, path);
    await syncPath(dirname(path));
    await record(store.db, row.datasetId, { ...filled, print });
    return true;
  } finally {
    await handle.close().catch(() => undefined);
    await rm(temporary, { force: true });
  }
}

/** Writing all of a file goes on from the start when rows that it has passed are changed meanwhile; not for ever. */
const triesBesideOthers = 3;

export async function writeWhole(task: Task): Promise<void> {
  for (let turn = 0; turn < triesBesideOthers; turn++) {
    if (await writeWholeFrom(task, task.store.db)) return;
  }
  // holding others off
  const text = await inTransaction(task.store.db, (db) => wholeText(db, task.row.datasetId));
  await replace(task, async (handle) => {
    await handle.writeFile(text.bytes);
    return { bytes: text.bytes.length, index: text.index, upToChange: text.upToChange };
  });
}

async function wholeText(db: Database, datasetId: number) {
  const parts: Buffer[] = [];
  for await (const lines of pagesOfLines(db, datasetId)) parts.push(textOf(lines));
  const index = await lastIndex(db, datasetId);
  return { bytes: Buffer.concat(parts), index, upToChange: await lastChange(db, datasetId) };
}

export async function lastChange(db: Database, datasetId: number): Promise<number> {
  const row = await db
    .selectFrom("file_changes")
    .select("id")
    .where("dataset_id", "=", datasetId)
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? 0;
}

/** False where rows were changed while it read them. */
async function writeWholeFrom(task: Task, db: Database): Promise<boolean> {
  const { datasetId } = task.row;
  const start = await inTransaction(db, async (transaction) => {
    const index = await lastIndex(transaction, datasetId);
    // from here on changes of all these rows are recorded
    const upToChange = await lastChange(transaction, datasetId);
    const intent: Intent = { kind: "replace", index, bytes: 0, print: null, upToChange };
    await setIntent(transaction, datasetId, intent);
    return { index, upToChange };
  });
  return await replace(task, async (handle) => {
    const pages = pagesOfLines(db, datasetId, { upTo: start.index });
    const bytes = await writeLines(handle, pages, task.writer.holds);
    if ((await lastChange(db, datasetId)) > start.upToChange) return undefined;
    return { ...start, bytes };
  });
}

/** One line another, or gone. False where all must be written. */
export async function writeChange(task: Task): Promise<boolean> {
  const { store, row, path } = task;
  const changes = await pendingChanges(store.db, row.datasetId).limit(2).execute();
  const [change] = changes;
  if (change === undefined || changes.length > 1) return false;
  const text = change.status === "active" ? Buffer.from(`${change.content}\n`) : Buffer.alloc(0);
  // changed once more since: then there are two changes, or soon will be
  if (text.length !== change.newBytes) return false;
  return await replace(task, async (handle) => {
    const { offset, oldBytes } = change;
    const isDone = await writeSpliced(path, handle, row.writtenBytes, { offset, oldBytes, text });
    if (!isDone) return undefined;
    return {
      bytes: row.writtenBytes - oldBytes + text.length,
      index: row.writtenIndex,
      upToChange: change.id,
    };
  });
}

/** Lines of one go. */
const linesAtOnce = 1000;

/** Puts the next lines behind those of the file. */
export async function writeNext(task: Task): Promise<void> {
  const { store, row, path, found } = task;
  const { datasetId, writtenIndex, writtenBytes } = row;
  const next = await inTransaction(store.db, async (db) => {
    const [lines = []] = await firstOf(pagesOfLines(db, datasetId, { after: writtenIndex }));
    const index =
      lines.length < linesAtOnce ? await lastIndex(db, datasetId) : (lines.at(-1)?.index ?? -1);
    const text = textOf(lines);
    const bytes = writtenBytes + text.length;
    await setIntent(db, datasetId, { kind: "append", index, bytes, print: null, upToChange: 0 });
    return { text, index, bytes };
  });
  if (next.text.length > 0) {
    await requireOurs(path, found);
    await writeBehind(path, writtenBytes, next.text);
  }
  const print = (await printOf(path)) ?? "";
  if (sizeIn(print) !== next.bytes) throw new ChangedMeanwhile();
  await record(store.db, datasetId, { print, bytes: next.bytes, index: next.index, upToChange: 0 });
}

export async function firstOf(pages: AsyncIterable<Line[]>): Promise<Line[][]> {
  for await (const lines of pages) return [lines];
  return [];
}
