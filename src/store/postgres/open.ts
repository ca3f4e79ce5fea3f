// A store in a Postgres database, for a team: one connection a store, tables in a schema of their own.
// What SQLite's `begin immediate` gives (a writer's turn) is an advisory lock here: flavours/postgres.ts.
import { Kysely, PostgresAdapter, PostgresDialect } from "kysely";
import pg from "pg";
import type { FlavouredAdapter } from "../flavours/flavour-of.ts";
import { postgresFlavour } from "../flavours/postgres.ts";
import { databaseUnreachable } from "../store-errors.ts";
import type { Store } from "../store.ts";
import type { Tables } from "../tables.ts";
import { addressOf } from "./address.ts";
import { migratePostgres } from "./migrate.ts";

/** Object ids of bigint and numeric: the first is what counts and ids are, the second what sums of them are. */
const numbers = new Set([20, 1700]);

const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: "text" | "binary") =>
    numbers.has(oid) ? Number : (pg.types.getTypeParser(oid, format ?? "text") as never),
};

class Adapter extends PostgresAdapter implements FlavouredAdapter {
  readonly flavour = postgresFlavour;
}

class Dialect extends PostgresDialect {
  override createAdapter(): Adapter {
    return new Adapter();
  }
}

/** Milliseconds until a server that says nothing counts as not there. */
const connectionTimeoutMillis = 10_000;

/**
 * Opens the store of `url`, postgres://USER@HOST/DATABASE[?schema=NAME], and makes its tables where there are none.
 * Throws FT-STORE-007 where the database cannot be reached, FT-STORE-001 where a newer ft made the tables.
 */
export async function openPostgres(url: string, now: () => number): Promise<Store> {
  const { connectionString, schema, told } = addressOf(url);
  const options = `-c search_path=${schema.replaceAll(/[\\ ]/g, String.raw`\$&`)}`;
  const pool = new pg.Pool({ connectionString, options, max: 1, types, connectionTimeoutMillis });
  // a connection that breaks while nobody uses it is made again when it is next needed
  pool.on("error", () => undefined);
  const db = new Kysely<Tables>({ dialect: new Dialect({ pool }) });
  try {
    await pool.query("select 1").catch((error: unknown) => {
      throw databaseUnreachable(told, error);
    });
    await migratePostgres(db, schema, told);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return { path: told, db, now, close: () => db.destroy() };
}
