// Files of datasets in step with the database, which is the truth. What a change does to a file is recorded in the
// transaction that makes it; the file is written after, and what is about to be written is recorded before. So a crash
// at any point leaves a file that is known again, and a file that is not was changed by somebody else: it is taken over
// as the new state (take-over.ts), never written over.
import { rm } from "node:fs/promises";
import type { Database, Store } from "../store.ts";
import { onAppended } from "./appended.ts";
import { removeAbandonedDrafts } from "./drafts.ts";
import { bytesFrom, textOf, writeBehind } from "./file-parts.ts";
import {
  asWriter,
  DRAFT,
  type FileRow,
  fileRow,
  type FileWriter,
  inodeIn,
  printOf,
  sizeIn,
} from "./file-state.ts";
import {
  ChangedMeanwhile,
  firstOf,
  lastChange,
  pendingChanges,
  record,
  type Task,
  writeChange,
  writeNext,
  writeWhole,
} from "./file-writing.ts";
import { pagesOfLines } from "./lines.ts";
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

/** Brings the file of a dataset up to what the database has; waits for whoever else writes it. */
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

/** Brings every file up to what the database has, after a crash at whatever point; tells of each. Ends early when asked. */
export async function syncPlatformFiles(
  store: Store,
  signal?: AbortSignal,
): Promise<PlatformFileState[]> {
  await removeAbandonedDrafts(store);
  const states: PlatformFileState[] = [];
  for (const id of await datasetIds(store.db)) {
    if (signal?.aborted === true) break;
    states.push(await fileInStep(store, id));
  }
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
 * returned function ends it when all is written. `left` is told, once, of a file that somebody made unreadable meanwhile:
 * rows wait in the database until it is mended or removed.
 */
export function keepFilesInStep(
  store: Store,
  problem: (error: unknown) => void = () => undefined,
  left: (file: PlatformFileState) => void = () => undefined,
): () => Promise<void> {
  let isWanted = true;
  let work: Promise<void> = Promise.resolve();
  let isWaiting = false;
  const look = async (): Promise<void> => {
    isWaiting = false;
    try {
      for (const id of await idsBehind(store.db)) {
        const file = await fileInStep(store, id);
        if (file.state === "changed") left(file);
      }
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
