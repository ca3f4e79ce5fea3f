// Files that belong to a dataset, JSON lines or a form that is given (file-forms.ts). The store is the truth, a file what was last written of it: what it is to
// be is recorded with the version, in one transaction, and written after; a crash in between is made good by the next
// `syncFiles`. A file that someone else has changed is never written over: it is told, or made a version of.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { open, readdir, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { isTemporaryName, syncPath, temporaryNameFor } from "../../core/atomic-files.ts";
import { hashFile } from "../../core/file-hash.ts";
import { makeFolders } from "../../core/folders.ts";
import { readTextLines } from "../../core/json-lines.ts";
import { isAlive } from "../../core/process-alive.ts";
import { inTransaction, type Store } from "../store.ts";
import { commitVersion, type Piece } from "./commit.ts";
import { badRow, foreignFile, noSuchFile } from "./dataset-errors.ts";
import type { FileForm, FormOf } from "./file-forms.ts";
import { ensureDataset, findDataset, findVersion, type Version } from "./names.ts";
import { readRows } from "./read.ts";
import { recordText } from "./records.ts";

export interface Written {
  sha256: string;
  bytes: number;
}

/** Texts gathered before they are written. */
const bytesAtOnce = 1 << 20;

/** What processes that were killed while writing this file have left beside it. */
async function removeAbandoned(target: string): Promise<void> {
  for (const name of await readdir(dirname(target))) {
    if (!isTemporaryName(name) || !name.startsWith(`.${basename(target)}.tmp-`)) continue;
    const pid = Number(name.split("-").at(-2));
    if (isAlive({ pid, started: null, host: hostname() })) continue;
    await rm(join(dirname(target), name), { force: true });
  }
}

/** The texts of a version's file. */
function textsOf(
  store: Store,
  versionId: number,
  form: FileForm | undefined,
): AsyncIterable<string> {
  const rows = async function* (end: string): AsyncGenerator<string> {
    for await (const { text } of readRows(store, versionId)) yield `${text}${end}`;
  };
  return form === undefined ? rows("\n") : form.write(() => rows(""));
}

/**
 * Writes a version as JSON lines unless a form is given, whole or not at all, at constant memory; on the disk before this
 * returns.
 */
export async function exportVersion(
  store: Store,
  versionId: number,
  path: string,
  form?: FileForm,
): Promise<Written> {
  const target = resolve(path);
  makeFolders(dirname(target));
  await removeAbandoned(target);
  const temporary = temporaryNameFor(target);
  const handle = await open(temporary, "wx", 0o644);
  try {
    const hash = createHash("sha256");
    let [bytes, waiting] = [0, ""];
    const flush = async (): Promise<void> => {
      const data = Buffer.from(waiting);
      hash.update(data);
      bytes += data.length;
      waiting = "";
      await handle.writeFile(data);
    };
    for await (const text of textsOf(store, versionId, form)) {
      waiting += text;
      if (waiting.length > bytesAtOnce) await flush();
    }
    await flush();
    await handle.sync();
    await handle.close();
    await rename(temporary, target);
    await syncPath(dirname(target));
    return { sha256: hash.digest("hex"), bytes };
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}

async function* rowsOfFile(path: string): AsyncGenerator<Piece> {
  for await (const { line, text } of readTextLines(path)) {
    if (text === undefined) throw badRow("the line is not UTF-8 text", line, path);
    const trimmed = text.trim();
    if (trimmed !== "") yield { kind: "new", record: recordText(trimmed, line, path) };
  }
}

/** Makes a version of a JSON-lines file. Throws FT-DATASET-006 with the line where a row cannot be one. */
export async function importFile(
  store: Store,
  name: string,
  path: string,
  message?: string,
): Promise<Version> {
  const file = resolve(path);
  if (!existsSync(file)) throw noSuchFile(file);
  const details = { file, sha256: await hashFile(file) };
  const facts = { action: "import", message: message ?? path, details };
  return await commitVersion(store, await ensureDataset(store, name), rowsOfFile(file), facts);
}

const jsonLines: FormOf = () => undefined;

export interface LinkOptions {
  /** The file is written again with every new version; true unless said. */
  followsHead?: boolean;
  /** What files are written as, by their names; JSON lines unless said. */
  formOf?: FormOf;
}

/** Keeps a file of a version, or of whatever is the newest. Throws FT-DATASET-008 where another file is in the way. */
export async function linkFile(
  store: Store,
  reference: string,
  path: string,
  { followsHead = true, formOf = jsonLines }: LinkOptions = {},
): Promise<FileState> {
  const { dataset, version } = await findVersion(store, reference);
  const file = resolve(path);
  const known = await readFile(store, file);
  if (known === undefined && existsSync(file)) throw foreignFile(file, dataset.name);
  const values = {
    dataset_id: dataset.id,
    follows_head: Number(followsHead),
    version_id: version.id,
  };
  await store.db
    .insertInto("files")
    .values({ path: file, ...values })
    .onConflict((conflict) => conflict.column("path").doUpdateSet(values))
    .execute();
  return await syncFile(store, file, formOf);
}

/** Forgets a file; it stays where it is. */
export async function unlinkFile({ db }: Store, path: string): Promise<void> {
  await db.deleteFrom("files").where("path", "=", resolve(path)).execute();
}

export interface FileState {
  path: string;
  dataset: string;
  /**
   * `same`: as the store has it. `written`: brought up to it just now. `changed`: someone else has changed it, and it was
   * left as it is.
   */
  state: "same" | "written" | "changed";
}

interface KnownFile {
  path: string;
  name: string;
  versionId: number;
  writtenId: number | null;
  sha256: string | null;
}

const filesOf = ({ db }: Store) =>
  db
    .selectFrom("files")
    .innerJoin("sets", "sets.id", "files.dataset_id")
    .select([
      "files.path",
      "sets.name",
      "files.version_id as versionId",
      "files.written_id as writtenId",
      "files.sha256",
    ])
    .where("sets.removed_at", "is", null);

async function readFile(store: Store, path: string): Promise<KnownFile | undefined> {
  return await filesOf(store).where("files.path", "=", path).executeTakeFirst();
}

/** What the file's bytes are, compared with what was last written: a crash may have come after writing. */
async function isOurs(store: Store, file: KnownFile, formOf: FormOf): Promise<boolean> {
  if (!existsSync(file.path)) return true;
  const found = await hashFile(file.path);
  if (found === file.sha256) return true;
  return found === (await hashOfVersion(store, file.versionId, formOf(file.path)));
}

async function hashOfVersion(
  store: Store,
  versionId: number,
  form: FileForm | undefined,
): Promise<string> {
  const hash = createHash("sha256");
  for await (const text of textsOf(store, versionId, form)) hash.update(text);
  return hash.digest("hex");
}

async function write(
  store: Store,
  { path, versionId }: KnownFile,
  form: FileForm | undefined,
): Promise<void> {
  const { sha256, bytes } = await exportVersion(store, versionId, path, form);
  await inTransaction(
    store.db,
    async (db) => {
      await db
        .updateTable("files")
        .set({ written_id: versionId, sha256, bytes })
        .where("path", "=", path)
        .execute();
    },
    { durable: true },
  );
}

async function syncFile(store: Store, path: string, formOf: FormOf): Promise<FileState> {
  const file = await readFile(store, path);
  if (file === undefined) throw new RangeError(`${path} belongs to no dataset`);
  const told = { path, dataset: file.name };
  if (!(await isOurs(store, file, formOf))) return { ...told, state: "changed" };
  if (file.versionId === file.writtenId && existsSync(path)) return { ...told, state: "same" };
  await write(store, file, formOf(path));
  return { ...told, state: "written" };
}

export interface SyncOptions {
  /** Of this dataset only. */
  name?: string;
  /** A changed file becomes a version; unless said, it is told and left. */
  importChanged?: boolean;
  /** What files are written as, by their names; JSON lines unless said. */
  formOf?: FormOf;
}

/** Brings every file up to what the store has, and tells of those that others have changed. */
export async function syncFiles(
  store: Store,
  { name, importChanged = false, formOf = jsonLines }: SyncOptions = {},
): Promise<FileState[]> {
  const files = await filesOf(store)
    .$if(name !== undefined, (query) => query.where("sets.name", "=", name as string))
    .orderBy("files.path")
    .execute();
  const states: FileState[] = [];
  for (const file of files) {
    const state = await syncFile(store, file.path, formOf);
    const takesOver = state.state === "changed" && importChanged;
    states.push(takesOver ? await takeOver(store, file, formOf(file.path)) : state);
  }
  return states;
}

/** A version of what is in the file. Only where the file was up to date before: else both sides have changed. */
async function takeOver(
  store: Store,
  file: KnownFile,
  form: FileForm | undefined,
): Promise<FileState> {
  const told = { path: file.path, dataset: file.name };
  const { headId } = await findDataset(store, file.name);
  if (file.writtenId !== headId) return { ...told, state: "changed" };
  const taken = await hashFile(file.path);
  if (form === undefined) await importFile(store, file.name, file.path);
  else await form.keep(store, file.name, file.path);
  // what was changed once more meanwhile is in no version yet
  const now = await readFile(store, file.path);
  if (now === undefined || (await hashFile(file.path)) !== taken)
    return { ...told, state: "changed" };
  await write(store, now, form);
  return { ...told, state: "written" };
}
