// Brings a store from the form in which it is found to the newest, each step whole or not at all.
// Two processes that open an old store at once are no harm: the second finds the work done.
import { isDamaged, SqliteFile } from "./driver.ts";
import { migrations as all } from "./migrations/index.ts";
import type { Migration } from "./migrations/migration.ts";
import { notAStore, storeIsNewer } from "./store-errors.ts";

/** "ftst": marks the file as a store of ours in SQLite's header. */
const APPLICATION_ID = 0x66747374;

/** Newest form that this program knows. */
export const newestForm = all.length;

function isEmpty(file: SqliteFile): boolean {
  return file.value("select count(*) from sqlite_schema") === 0;
}

/** The number of steps that a file has behind it; 0 for a new one. Throws when it is not a store, or a newer one. */
export function formOf(file: SqliteFile, path: string): number {
  const mark = readMark(file, path);
  const form = Number(file.value("pragma user_version"));
  if (mark === 0 && form === 0 && isEmpty(file)) return 0;
  if (mark !== APPLICATION_ID) throw notAStore(path, "it is a database of another program");
  if (form > newestForm) throw storeIsNewer(path, form, newestForm);
  return form;
}

const readMark = (file: SqliteFile, path: string): number =>
  orNoStore(path, () => Number(file.value("pragma application_id")));

function orNoStore<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isDamaged(error)) throw error;
    throw notAStore(path, (error as Error).message);
  }
}

/** Opens a file that is to be a store. Throws where it is no database at all; what is in it, `formOf` looks at. */
export const openFile = (path: string, options: { readOnly?: boolean } = {}): SqliteFile =>
  orNoStore(path, () => new SqliteFile(path, options));

/** Runs the step that leads to form `to`, unless another process has. */
function step(file: SqliteFile, path: string, to: number, { sql }: Migration): void {
  file.script("begin immediate");
  try {
    if (formOf(file, path) < to) {
      file.script(sql);
      file.script(`pragma application_id = ${APPLICATION_ID}; pragma user_version = ${to}`);
    }
    file.script("commit");
  } catch (error) {
    if (file.isInTransaction) file.script("rollback");
    throw error;
  }
}

/** Runs what is missing, up to form `to`. */
export function migrate(file: SqliteFile, path: string, to: number = newestForm): void {
  const from = formOf(file, path);
  for (const [index, migration] of all.slice(0, to).entries()) {
    if (index >= from) step(file, path, index + 1, migration);
  }
}
