// Frees the room of removed datasets: versions that nothing that is left came from, chunks and rows that no version has.
// Not for while others import: rows that wait for their version have none yet, and that import would fail.
import { sql } from "kysely";
import { flavourOf } from "../flavours/flavour-of.ts";
import { type Database, inTransaction, type Store } from "../store.ts";

export interface Freed {
  versions: number;
  records: number;
}

/** Ids of all versions of sets that are there, and of those that they came from. */
const kept = sql`
  with recursive kept (id) as (
    select versions.id from versions join sets on sets.id = versions.dataset_id
    where sets.removed_at is null
    union
    select came.id from kept join (
      select id as version_id, parent_id as id from versions where parent_id is not null
      union all
      select id, merged_id from versions where merged_id is not null
    ) as came on came.version_id = kept.id
  )`;

async function changed(db: Database, statement: ReturnType<typeof sql>): Promise<number> {
  const { numAffectedRows } = await statement.execute(db);
  return Number(numAffectedRows ?? 0);
}

async function removeVersions(db: Database): Promise<number> {
  const gone = sql`(select id from versions where id not in (${kept} select id from kept))`;
  await sql`create temp table gone as select id from ${gone} as unneeded`.execute(db);
  await sql`delete from files where dataset_id in (select id from sets where removed_at is not null)`.execute(
    db,
  );
  await sql`update drops set undone_id = null where undone_id in (select id from gone)`.execute(db);
  await sql`delete from drops where version_id in (select id from gone)`.execute(db);
  await sql`update sets set head_id = null where head_id in (select id from gone)`.execute(db);
  await sql`delete from version_chunks where version_id in (select id from gone)`.execute(db);
  const versions = await changed(db, sql`delete from versions where id in (select id from gone)`);
  await sql`delete from sets where removed_at is not null and head_id is null
    and id not in (select dataset_id from versions)`.execute(db);
  await sql`drop table gone`.execute(db);
  return versions;
}

async function removeRecords(db: Database): Promise<number> {
  await sql`create temp table gone as
    select id from chunks where id not in (select chunk_id from version_chunks)`.execute(db);
  await sql`delete from chunk_records where chunk_id in (select id from gone)`.execute(db);
  await sql`delete from chunks where id in (select id from gone)`.execute(db);
  await sql`drop table gone`.execute(db);
  await sql`create temp table gone as select id from records
    where id not in (select record_id from chunk_records)
      and id not in (select record_id from drops)`.execute(db);
  await sql`delete from record_search where rowid in (select id from gone)`.execute(db);
  const records = await changed(db, sql`delete from records where id in (select id from gone)`);
  await sql`drop table gone`.execute(db);
  return records;
}

/** Removes for good what removed datasets leave, and gives the room back to the disk. */
export async function compactStore(store: Store): Promise<Freed> {
  const freed = await inTransaction(store.db, async (db) => {
    const versions = await removeVersions(db);
    return { versions, records: await removeRecords(db) };
  });
  await flavourOf(store.db).vacuum.execute(store.db);
  return freed;
}
