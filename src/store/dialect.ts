import { setImmediate as nextTurn } from "node:timers/promises";
// SQLite for Kysely: writers take their turn before they read, and wait for other processes without blocking this one.
// One connection a store; a transaction here is short, since nothing but the database is waited for inside.
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import { whenFree } from "./busy.ts";
import type { SqliteFile, SqlValue } from "./driver.ts";
import type { FlavouredAdapter } from "./flavours/flavour-of.ts";
import { sqliteFlavour } from "./flavours/sqlite.ts";

class Connection implements DatabaseConnection {
  readonly file: SqliteFile;

  constructor(file: SqliteFile) {
    this.file = file;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const run = () => this.file.execute(sql, parameters as readonly SqlValue[]);
    const { rows, changes, lastId } = this.file.isInTransaction ? run() : await whenFree(run);
    return {
      rows: rows as unknown[] as R[],
      numAffectedRows: BigInt(changes),
      insertId: BigInt(lastId),
    };
  }

  async *streamQuery<R>({ sql, parameters }: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    for (const row of this.file.iterate(sql, parameters as readonly SqlValue[])) {
      yield { rows: [row as unknown as R] };
    }
  }
}

/** SQLite answers at once, so nothing else would ever have its turn in a loop of queries. */
const longestWithoutYield = 10;

class SqliteDriver implements Driver {
  readonly #connection: Connection;
  #yieldedAt = 0;
  #turn: Promise<void> = Promise.resolve();
  #endTurn: () => void = () => undefined;

  constructor(file: SqliteFile) {
    this.#connection = new Connection(file);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<Connection> {
    const before = this.#turn;
    let end: () => void = () => undefined;
    this.#turn = new Promise((resolve) => (end = resolve));
    await before;
    await this.#yield();
    this.#endTurn = end;
    return this.#connection;
  }

  async #yield(): Promise<void> {
    if (performance.now() - this.#yieldedAt < longestWithoutYield) return;
    await nextTurn();
    this.#yieldedAt = performance.now();
  }

  async releaseConnection(): Promise<void> {
    this.#endTurn();
  }

  /** Immediate: a transaction that reads first and writes then could not wait for another writer. */
  async beginTransaction(connection: Connection): Promise<void> {
    await whenFree(() => connection.file.execute("begin immediate"));
  }

  async commitTransaction(connection: Connection): Promise<void> {
    connection.file.execute("commit");
  }

  async rollbackTransaction(connection: Connection): Promise<void> {
    // a full disk ends a transaction by itself
    if (connection.file.isInTransaction) connection.file.execute("rollback");
  }

  async destroy(): Promise<void> {
    this.#connection.file.close();
  }
}

class Adapter extends SqliteAdapter implements FlavouredAdapter {
  readonly flavour = sqliteFlavour;
}

export function sqliteDialect(file: SqliteFile): Dialect {
  return {
    createAdapter: () => new Adapter(),
    createDriver: () => new SqliteDriver(file),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}
