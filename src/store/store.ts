// The store, opened: one SQLite file under FT_HOME for dataset versions, jobs and what calls cost.
// Not the tables' tenants: each (queue/, ledger/, datasets/) is functions over a Store.
import { closeSync, existsSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import { Kysely } from "kysely";
import { makeFolders } from "../core/folders.ts";
import { type Environment, expandHome, ftHome } from "../core/paths.ts";
import { whenFree } from "./busy.ts";
import { keepCopyBeforeMigrating } from "./copies.ts";
import { sqliteDialect } from "./dialect.ts";
import type { SqliteFile } from "./driver.ts";
import { flavourOf } from "./flavours/flavour-of.ts";
import type { Turn } from "./flavours/flavour.ts";
import { migrate, openFile } from "./migrate.ts";
import { isAddress } from "./postgres/address.ts";
import type { Tables } from "./tables.ts";

export type Database = Kysely<Tables>;

export interface Store {
  /** Where it is, without a password; ":memory:" for one that ends with the process. */
  path: string;
  db: Database;
  /** Milliseconds since 1970. Given by tests. */
  now: () => number;
  close(): Promise<void>;
}

/** DATABASE_URL, a Postgres database; DATABASE_PATH; else `store/ft.db` in the user's data folder. */
export function storePath(environment: Environment = process.env): string {
  const address = environment["DATABASE_URL"];
  if (address !== undefined && isAddress(address)) return address;
  const own = environment["DATABASE_PATH"];
  return own ? expandHome(own) : join(ftHome(environment), "store", "ft.db");
}

/**
 * WAL: readers and one writer of any number of processes do not wait for each other, and a killed process leaves
 * nothing to mend. NORMAL: a power cut may take the last transactions, never the file; what must not be lost by one
 * asks for `durable`.
 */
const settings = `
pragma journal_mode = wal;
pragma synchronous = normal;
pragma foreign_keys = on;
pragma temp_store = file;
pragma cache_size = -32000;
`;

export interface OpenOptions {
  now?: () => number;
}

/** Opens the store, makes it where there is none, and brings an older one up. */
export async function openStore(
  path: string = storePath(),
  { now = Date.now }: OpenOptions = {},
): Promise<Store> {
  if (isAddress(path)) {
    const { openPostgres } = await import("./postgres/open.ts");
    return await openPostgres(path, now);
  }
  if (path !== ":memory:") makeFile(path);
  const file = openFile(path);
  try {
    await whenFree(() => prepare(file, path));
  } catch (error) {
    file.close();
    throw error;
  }
  const db = new Kysely<Tables>({ dialect: sqliteDialect(file) });
  return { path, db, now, close: () => db.destroy() };
}

/** Prompts and answers are in it: for its owner's eyes. SQLite gives the files beside it the same mode. */
function makeFile(path: string): void {
  makeFolders(dirname(path));
  if (!existsSync(path)) closeSync(openSync(path, "a", 0o600));
}

function prepare(file: SqliteFile, path: string): void {
  keepCopyBeforeMigrating(file, path);
  migrate(file, path);
  file.script(settings);
}

/** What one transaction does; joins the one that is open. */
export async function inTransaction<T>(
  db: Database,
  work: (transaction: Database) => Promise<T>,
  { durable = false, turns = ["writers"] }: TransactionOptions = {},
): Promise<T> {
  if (db.isTransaction) return await work(db);
  const flavour = flavourOf(db);
  const run = async (on: Database): Promise<T> =>
    await on.transaction().execute(async (transaction) => {
      for (const turn of turns) await flavour.takeTurn(transaction, turn);
      return await work(transaction);
    });
  return durable ? await flavour.durably(db, run) : await run(db);
}

export interface TransactionOptions {
  /** Waits until a power cut cannot take it any more. */
  durable?: boolean;
  /** Writers go one after the other; so do those who only take units to work on, beside them. In this order. */
  turns?: readonly Turn[];
}
