// What is known of a dataset's file: what it is to be, what was last written, how it is known again; and who writes it.
import { randomBytes } from "node:crypto";
import { lstat } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { isAlive, type ProcessIdentity, thisProcess } from "../../core/process-alive.ts";
import { type Database, inTransaction, type Store } from "../store.ts";

/** Of a dataset in the making, in place of when it was removed. */
export const DRAFT = "draft";

/** What a writer is about to do, recorded first. */
export interface Intent {
  kind: "append" | "replace";
  /** Of the last example that the file will have. */
  index: number;
  bytes: number;
  /** Of the file that takes the name, where one does. */
  print: string | null;
  /** Recorded changes up to this one are in it. */
  upToChange: number;
}

export interface FileRow {
  datasetId: number;
  path: string | null;
  removedAt: string | null;
  revision: number;
  writtenRevision: number | null;
  writtenIndex: number;
  writtenBytes: number;
  writtenPrint: string | null;
  intent: Intent | null;
  told: string | null;
}

export async function fileRow(db: Database, datasetId: number): Promise<FileRow | undefined> {
  const row = await db
    .selectFrom("dataset_states")
    .innerJoin("datasets", "datasets.id", "dataset_states.dataset_id")
    .select([
      "dataset_id as datasetId",
      "file_path as path",
      "removed_at as removedAt",
      "revision",
      "written_revision as writtenRevision",
      "written_index as writtenIndex",
      "written_bytes as writtenBytes",
      "written_print as writtenPrint",
      "intent",
      "told",
    ])
    .where("dataset_id", "=", datasetId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return { ...row, intent: row.intent === null ? null : (JSON.parse(row.intent) as Intent) };
}

/**
 * How a file is known again without reading it: whoever writes into it changes this. Undefined where there is none, and
 * where a link is: it may lead to any file of this machine, and is replaced as if nothing were there.
 */
export async function printOf(path: string): Promise<string | undefined> {
  try {
    const found = await lstat(path, { bigint: true });
    if (found.isSymbolicLink()) return undefined;
    const { size, mtimeNs, ino } = found;
    return `${size}:${mtimeNs}:${ino}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

export const sizeIn = (print: string): number => Number(print.split(":", 1)[0]);
export const inodeIn = (print: string): string | undefined => print.split(":")[2];

/** A writer that has said nothing for so long is taken for dead: another machine's cannot be asked. */
const leaseMilliseconds = 60_000;

let me: ProcessIdentity | undefined;

async function claim({ db }: Store, datasetId: number, token: string): Promise<boolean> {
  return await inTransaction(db, async (transaction) => {
    const { writer, writer_until: until } = await transaction
      .selectFrom("dataset_states")
      .select(["writer", "writer_until"])
      .where("dataset_id", "=", datasetId)
      .executeTakeFirstOrThrow();
    const holds =
      writer !== null &&
      (until ?? 0) > Date.now() &&
      isAlive(JSON.parse(writer) as ProcessIdentity);
    if (holds) return false;
    await transaction
      .updateTable("dataset_states")
      .set({ writer: token, writer_until: Date.now() + leaseMilliseconds })
      .where("dataset_id", "=", datasetId)
      .execute();
    return true;
  });
}

/** The one who writes a file, until `work` has ended. */
export interface FileWriter {
  /** Says that it still writes. False when another has taken over. */
  holds(): Promise<boolean>;
}

/** Runs `work` when nobody else, of any process, writes the dataset's file. */
export async function asWriter<T>(
  store: Store,
  datasetId: number,
  work: (writer: FileWriter) => Promise<T>,
): Promise<T> {
  me ??= thisProcess();
  const token = JSON.stringify({ ...me, token: randomBytes(8).toString("hex") });
  for (let wait = 2; !(await claim(store, datasetId, token)); wait = Math.min(wait * 2, 50)) {
    await pause(wait * (0.5 + Math.random()));
  }
  const mine = () =>
    store.db
      .updateTable("dataset_states")
      .where("dataset_id", "=", datasetId)
      .where("writer", "=", token);
  const holds = async (): Promise<boolean> => {
    const until = Date.now() + leaseMilliseconds;
    const { numUpdatedRows } = await mine().set({ writer_until: until }).executeTakeFirst();
    return numUpdatedRows > 0n;
  };
  try {
    return await work({ holds });
  } finally {
    await mine().set({ writer: null, writer_until: null }).execute();
  }
}
