// Files of data sets in step with the database, which is the truth. What a change does to a file is recorded in the
// transaction that makes it; the file is written after, and what is about to be written is recorded before. So a crash
// at any point leaves a file that is known again, and a file that is not was changed by somebody else: it is taken over
// as the new state (take-over.ts), never written over.
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { syncPath, temporaryNameFor } from "../../core/atomic-files.ts";
import { makeFolders } from "../../core/folders.ts";
import { type Database, inTransaction, type Store } from "../store.ts";
import { onAppended } from "./appended.ts";
import { removeAbandonedDrafts } from "./drafts.ts";
import { lastIndex } from "./examples.ts";
import {
  bytesFrom,
  removeAbandoned,
  textOf,
  writeBehind,
  writeLines,
  writeSpliced,
} from "./file-parts.ts";
import {
  asWriter,
  DRAFT,
  type FileRow,
  fileRow,
  type FileWriter,
  inodeIn,
  type Intent,
  printOf,
  sizeIn,
} from "./file-state.ts";
import { type Line, pagesOfLines } from "./lines.ts";
import { takeOver } from "./take-over.ts";

export interface PlatformFileState {
  datasetId: number;
  path: string;
  /**
   * `same`: as the database has it. `written`: brought up to it just now. `imported`: somebody else had changed it, and
   * that is the new state. `changed`: it was changed so that it cannot be read; left as it is. `removed`: with its data
   * set.
   */
  state: "same" | "written" | "imported" | "changed" | "removed";
  /** Why it cannot be read, with the line. */
  reason?: string;
}

const isBehind = ({ revision, writtenRevision }: FileRow): boolean => revision !== writtenRevision;

const pendingChanges = (db: Database, datasetId: number) =>
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
async function record(db: Database, datasetId: number, written: WrittenFile): Promise<void> {
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
class ChangedMeanwhile extends Error {}

async function requireOurs(path: string, print: string | null): Promise<void> {
  if (((await printOf(path)) ?? null) !== print) throw new ChangedMeanwhile();
}

interface Task {
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

async function writeWhole(task: Task): Promise<void> {
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

async function lastChange(db: Database, datasetId: number): Promise<number> {
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
async function writeChange(task: Task): Promise<boolean> {
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
async function writeNext(task: Task): Promise<void> {
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

async function firstOf(pages: AsyncIterable<Line[]>): Promise<Line[][]> {
  for await (const lines of pages) return [lines];
  return [];
}

/** Changes of lines that the file does not have yet: they come with those. */
async function dropEarlyChanges(
  { db }: Store,
  { datasetId, writtenIndex }: FileRow,
): Promise<void> {
  const pending = await pendingChanges(db, datasetId).execute();
  const early = pending.filter(({ index }) => (index ?? -1) > writtenIndex).map(({ id }) => id);
  if (early.length > 0) await db.deleteFrom("file_changes").where("id", "in", early).execute();
}

/** What a crash left of an append is cut off. True where the file is now as it was before. */
async function cutTornLines({ store, row, path, found }: Task): Promise<boolean> {
  const { intent, writtenPrint, writtenBytes } = row;
  if (found === null || writtenPrint === null || intent?.kind !== "append") return false;
  const size = sizeIn(found);
  const isBetween = size >= writtenBytes && size <= intent.bytes;
  if (!isBetween || inodeIn(found) !== inodeIn(writtenPrint)) return false;
  const torn = await bytesFrom(path, writtenBytes, size - writtenBytes);
  const [lines = []] = await firstOf(
    pagesOfLines(store.db, row.datasetId, { after: row.writtenIndex }),
  );
  if (!textOf(lines).subarray(0, torn.length).equals(torn)) return false;
  await writeBehind(path, writtenBytes, Buffer.alloc(0));
  const print = (await printOf(path)) ?? "";
  await record(store.db, row.datasetId, {
    print,
    bytes: writtenBytes,
    index: row.writtenIndex,
    upToChange: 0,
  });
  return true;
}

/** Whether the file is one that we wrote, mended where a crash came between; then it can be written. */
async function isOurs(task: Task): Promise<boolean> {
  const { store, row, found } = task;
  const { intent, writtenPrint } = row;
  if (found === null || found === writtenPrint) return true;
  if (intent !== null && intent.print === found) {
    await record(store.db, row.datasetId, {
      print: found,
      bytes: intent.bytes,
      index: intent.index,
      upToChange: intent.upToChange,
    });
    return true;
  }
  return await cutTornLines(task);
}

async function removeFile(store: Store, row: FileRow): Promise<void> {
  if (row.path === null) return;
  await rm(row.path, { force: true });
  await store.db
    .updateTable("datasets")
    .set({ file_path: null })
    .where("id", "=", row.datasetId)
    .execute();
}

/** One step towards the database's state. */
async function step(
  store: Store,
  datasetId: number,
  writer: FileWriter,
): Promise<PlatformFileState> {
  const row = await fileRow(store.db, datasetId);
  const told = { datasetId, path: row?.path ?? "" };
  if (row === undefined || row.path === null) return { ...told, state: "removed" };
  if (row.removedAt === DRAFT) return { ...told, state: "same" };
  if (row.removedAt !== null) {
    await removeFile(store, row);
    return { ...told, state: "removed" };
  }
  const { path } = row;
  const found = (await printOf(path)) ?? null;
  const task: Task = { store, row, path, found, writer };
  if (!(await isOurs(task))) {
    const reason = await takeOver(store, row, path);
    return reason === undefined
      ? { ...told, state: "imported" }
      : { ...told, state: "changed", reason };
  }
  const now = await fileRow(store.db, datasetId);
  if (now === undefined) return { ...told, state: "removed" };
  if (found !== null && !isBehind(now)) return { ...told, state: "same" };
  await dropEarlyChanges(store, now);
  const current = { ...task, row: now, found: (await printOf(path)) ?? null };
  if (current.found === null || now.writtenRevision === null) await writeWhole(current);
  else if ((await lastChange(store.db, datasetId)) === 0) await writeNext(current);
  else if (!(await writeChange(current))) await writeWhole(current);
  return { ...told, state: "written" };
}

async function isInStep(store: Store, datasetId: number): Promise<FileRow | undefined> {
  const row = await fileRow(store.db, datasetId);
  if (row === undefined || row.path === null || row.removedAt !== null || isBehind(row)) return;
  return row.writtenPrint !== null && (await printOf(row.path)) === row.writtenPrint
    ? row
    : undefined;
}

/** Brings the file of a data set up to what the database has; waits for whoever else writes it. */
export async function fileInStep(store: Store, datasetId: number): Promise<PlatformFileState> {
  const row = await isInStep(store, datasetId);
  if (row !== undefined) return { datasetId, path: row.path ?? "", state: "same" };
  return await asWriter(store, datasetId, async (writer) => {
    let last: PlatformFileState | undefined;
    for (;;) {
      const done = await stepAgain(store, datasetId, writer);
      if (done.state === "same") return last ?? done;
      if (done.state === "changed" || done.state === "removed") return done;
      if (last?.state !== "imported") last = done;
    }
  });
}

async function stepAgain(store: Store, datasetId: number, writer: FileWriter) {
  for (let turn = 0; ; turn++) {
    try {
      return await step(store, datasetId, writer);
    } catch (error) {
      if (!(error instanceof ChangedMeanwhile) || turn > 5) throw error;
    }
  }
}

async function datasetIds(db: Database): Promise<number[]> {
  const rows = await db
    .selectFrom("datasets")
    .innerJoin("dataset_states", "dataset_states.dataset_id", "datasets.id")
    .select("datasets.id")
    .where("file_path", "is not", null)
    .where((where) => where.or([where("removed_at", "is", null), where("removed_at", "!=", DRAFT)]))
    .orderBy("datasets.id")
    .execute();
  return rows.map(({ id }) => id);
}

/** Brings every file up to what the database has, after a crash at whatever point; tells of each. */
export async function syncPlatformFiles(store: Store): Promise<PlatformFileState[]> {
  await removeAbandonedDrafts(store);
  const states: PlatformFileState[] = [];
  for (const id of await datasetIds(store.db)) states.push(await fileInStep(store, id));
  return states;
}

async function idsBehind(db: Database): Promise<number[]> {
  const rows = await db
    .selectFrom("dataset_states")
    .select("dataset_id")
    .where("removed_at", "is", null)
    .whereRef("revision", "is distinct from", "written_revision")
    .where("told", "is", null)
    .execute();
  return rows.map(({ dataset_id: id }) => id);
}

/** Milliseconds between two looks for what other processes have changed. */
const lookMilliseconds = 500;

/**
 * Keeps files in step while rows come: at once for those of this process, twice a second for those of others. The
 * returned function ends it when all is written.
 */
export function keepFilesInStep(
  store: Store,
  problem: (error: unknown) => void = () => undefined,
): () => Promise<void> {
  let isWanted = true;
  let work: Promise<void> = Promise.resolve();
  let isWaiting = false;
  const look = async (): Promise<void> => {
    isWaiting = false;
    try {
      for (const id of await idsBehind(store.db)) await fileInStep(store, id);
    } catch (error) {
      problem(error);
    }
  };
  const wake = (): void => {
    if (isWaiting || !isWanted) return;
    isWaiting = true;
    work = work.then(look);
  };
  const timer = setInterval(wake, lookMilliseconds);
  timer.unref();
  const forget = onAppended(wake);
  return async () => {
    wake();
    isWanted = false;
    clearInterval(timer);
    forget();
    await work;
  };
}
