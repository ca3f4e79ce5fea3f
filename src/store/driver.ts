// One SQLite file, opened: the only file that knows the library underneath (docs/store.md says why that one).
// Statements in, rows out; not a query builder, no tables known here.
import { statSync } from "node:fs";
import {
  backup,
  DatabaseSync,
  type DatabaseSyncInstance,
  type StatementSyncInstance,
} from "@photostructure/sqlite";
import {
  storeDiskFault,
  storeFull,
  storeGone,
  storeNotOpened,
  storeReadOnly,
} from "./store-errors.ts";

export type SqlValue = string | number | bigint | null | Uint8Array;

export type SqlRow = Readonly<Record<string, SqlValue>>;

export interface Executed {
  rows: SqlRow[];
  changes: number;
  lastId: number | bigint;
}

interface Prepared {
  statement: StatementSyncInstance;
  givesRows: boolean;
}

/** SQLite's own words for results that callers tell apart: not every error of the library carries the code. */
const BUSY = "database is locked";
const DAMAGED = ["file is not a database", "database disk image is malformed"];
/** What the machine refuses: told as that, since nothing of ours is wrong. */
const FULL = "database or disk is full";
const READ_ONLY = "attempt to write a readonly database";
/** A disk that gives an error, or that the system has made read-only for one. */
const NOT_TAKEN = "disk I/O error";
const NOT_OPENED = "unable to open database file";

/** Statements kept compiled; queries here are few hundred texts at most. */
const keptStatements = 200;

/** Milliseconds that SQLite itself waits, and the event loop with it; longer waits are the dialect's. */
const busyMilliseconds = 20;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : "");

/** Another connection is writing, for now. */
export const isBusy = (error: unknown): boolean => messageOf(error).includes(BUSY);

/** What was opened is no database, or a damaged one. */
export const isDamaged = (error: unknown): boolean =>
  DAMAGED.some((words) => messageOf(error).includes(words));

/** The words of the machine's refusals replaced by an error that says what mends them. */
function told(error: unknown, file: string): unknown {
  const message = messageOf(error);
  if (message.includes(FULL)) return storeFull(file, error);
  if (message.includes(NOT_TAKEN)) return storeDiskFault(file, error);
  if (message.includes(NOT_OPENED)) return storeNotOpened(file, error);
  return message.includes(READ_ONLY) ? storeReadOnly(file, error) : error;
}

/** Which file stands at a path; undefined where none does, or the system numbers none. */
function numberOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}

export class SqliteFile {
  readonly #path: string;
  readonly #number: string | undefined;
  readonly #database: DatabaseSyncInstance;
  readonly #prepared = new Map<string, Prepared>();

  /** Makes the file when there is none. */
  constructor(path: string, { readOnly = false } = {}) {
    this.#path = path;
    try {
      this.#database = new DatabaseSync(path, { readOnly, timeout: busyMilliseconds });
    } catch (error) {
      throw told(error, path);
    }
    this.#number = path === ":memory:" ? undefined : numberOf(path);
  }

  /** A file that was removed takes what is written with it, and SQLite would not say so. */
  #requireThere(): void {
    if (this.#number === undefined || this.#database.isTransaction) return;
    if (numberOf(this.#path) !== this.#number) throw storeGone(this.#path);
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    const prepared = { statement, givesRows: statement.columns().length > 0 };
    if (this.#prepared.size >= keptStatements) {
      this.#prepared.delete(this.#prepared.keys().next().value ?? "");
    }
    this.#prepared.set(sql, prepared);
    return prepared;
  }

  /** Runs one statement. A query's rows are all in memory; ask for pages. */
  execute(sql: string, parameters: readonly SqlValue[] = []): Executed {
    this.#requireThere();
    try {
      const { statement, givesRows } = this.#prepare(sql);
      if (givesRows)
        return { rows: statement.all(...parameters) as SqlRow[], changes: 0, lastId: 0 };
      const { changes, lastInsertRowid } = statement.run(...parameters);
      return { rows: [], changes, lastId: lastInsertRowid };
    } catch (error) {
      throw told(error, this.#path);
    }
  }

  /** Rows as they are read; the file is busy with this until the last one. */
  iterate(sql: string, parameters: readonly SqlValue[] = []): IterableIterator<SqlRow> {
    return this.#database.prepare(sql).iterate(...parameters) as IterableIterator<SqlRow>;
  }

  /** Runs several statements, of which nothing is asked. */
  script(sql: string): void {
    try {
      this.#database.exec(sql);
    } catch (error) {
      throw told(error, this.#path);
    }
  }

  get isInTransaction(): boolean {
    return this.#database.isTransaction;
  }

  /** The first column of the first row. */
  value(sql: string): SqlValue | undefined {
    const [row] = this.execute(sql).rows;
    return row === undefined ? undefined : Object.values(row)[0];
  }

  /**
   * The library ends the connection when its statements have been collected; until then the log beside the file would
   * stay as long as it is, so it is written back first.
   */
  close(): void {
    this.#prepared.clear();
    if (!this.#database.isOpen) return;
    try {
      this.#database.exec("pragma wal_checkpoint(truncate)");
    } catch {
      // read only, damaged, or another process is reading: the log is read at the next opening
    }
    this.#database.close();
  }
}

/** Pages of a copy between two looks at what else there is to do. */
const pagesAtOnce = 500;

/**
 * Copies a database into another, page by page, without blocking; all of `target` is replaced in one transaction. The
 * transaction for reading fixes what is copied, whatever others write meanwhile.
 */
export async function copyPages(source: string, target: string): Promise<void> {
  const database = new DatabaseSync(source, { timeout: 10_000 });
  try {
    database.exec("begin; select count(*) from sqlite_schema");
    await backup(database, target, { rate: pagesAtOnce });
  } finally {
    database.close();
  }
}
