// Brings a schema of a Postgres database to the newest form, each step whole or not at all. Two processes that come at
// once are no harm: the second waits and finds the work done.
import { type Kysely, sql } from "kysely";
import { migrations } from "../migrations/index.ts";
import { storeIsNewer } from "../store-errors.ts";
import type { Tables } from "../tables.ts";

type Db = Kysely<Tables>;

/** "ft": in the space of locks that the whole server shares. */
const LOCK = 0x6674;

async function formOf(db: Db): Promise<number> {
  await sql`create table if not exists store_form (form bigint not null)`.execute(db);
  const { rows } = await sql<{ form: number }>`select form from store_form`.execute(db);
  return rows[0]?.form ?? 0;
}

async function step(db: Db, to: number, statements: string): Promise<void> {
  await sql.raw(statements).execute(db);
  await sql`delete from store_form`.execute(db);
  await sql`insert into store_form values (${to})`.execute(db);
}

/** `schema` is made where it is missing. Throws FT-STORE-001 where a newer ft has been here. */
export async function migratePostgres(db: Db, schema: string, told: string): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${LOCK})`.execute(transaction);
    await sql`create schema if not exists ${sql.id(schema)}`.execute(transaction);
    const form = await formOf(transaction);
    if (form > migrations.length) throw storeIsNewer(told, form, migrations.length);
    for (const [index, { postgres }] of migrations.entries()) {
      if (index >= form) await step(transaction, index + 1, postgres);
    }
  });
}
