// Rows taken out, each with who took it and why, to be looked at and brought back.
import { type RawBuilder, sql } from "kysely";
import { flavourOf } from "../flavours/flavour-of.ts";
import type { Database, Store } from "../store.ts";
import { commitVersion } from "./commit.ts";
import { unknownDrops } from "./dataset-errors.ts";
import { findDataset, findVersion, type Version } from "./names.ts";
import { type Edits, noEdits, piecesOf } from "./pieces.ts";
import { positionOf } from "./read.ts";

export interface NewDrop {
  /** In the newest version. */
  position: number;
  reason: string;
  /** JSON: the score, the cluster, the row that it repeats. */
  details?: unknown;
}

export interface Drop {
  id: number;
  /** The version without it. */
  versionId: number;
  recordId: number;
  /** Its `id` field; null when it has none. */
  key: string | null;
  /** In the version before that. */
  position: number;
  step: string;
  reason: string;
  details: unknown;
  isUndone: boolean;
}

const dropsAtOnce = 500;

/** Of a drop that is told in JSON. */
const place = sql`cast(d.value ->> 'position' as bigint)`;

async function recordDrops(
  db: Database,
  version: Version,
  drops: readonly NewDrop[],
  step: string,
): Promise<void> {
  for (let start = 0; start < drops.length; start += dropsAtOnce) {
    const part = drops.slice(start, start + dropsAtOnce);
    const values = JSON.stringify(
      part.map(({ position, reason, details = {} }) => ({ position, reason, details })),
    );
    await sql`
      insert into drops (dataset_id, version_id, record_id, position, step, reason, details)
      select cast(${version.datasetId} as bigint), cast(${version.id} as bigint), cr.record_id,
        ${place}, cast(${step} as text), d.value ->> 'reason', cast(d.value -> 'details' as text)
      from ${flavourOf(db).each(values)} d
      join version_chunks vc on vc.version_id = ${version.parentId} and vc.first = (
        select max(first) from version_chunks
        where version_id = ${version.parentId} and first <= ${place})
      join chunk_records cr on cr.chunk_id = vc.chunk_id
        and cr.place = ${place} - vc.first
      order by ${place}`.execute(db);
  }
}

/** Makes a version without these rows and writes down why each is gone. `step` names what took them. */
export async function dropRows(
  store: Store,
  name: string,
  drops: readonly NewDrop[],
  step: string,
): Promise<Version> {
  const { dataset, version } = await findVersion(store, name);
  const edits = noEdits();
  for (const { position } of drops) edits.replaced.set(position, null);
  const facts = { action: "drop", message: `${drops.length} rows by ${step}`, details: { step } };
  const record = (db: Database, made: Version) => recordDrops(db, made, drops, step);
  return await commitVersion(store, dataset, piecesOf(store.db, version.id, edits), facts, record);
}

export interface DropQuery {
  step?: string;
  /** Drops with ids after this one. */
  after?: number;
  limit?: number;
}

const dropColumns = sql`d.id, d.version_id as "versionId", d.record_id as "recordId", r.key,
  d.position, d.step, d.reason, d.details, case when d.undone_id is null then 0 else 1 end as "isUndone"`;

async function readDrops(
  db: Database,
  condition: RawBuilder<unknown>,
  limit: number,
): Promise<Drop[]> {
  const { rows } = await sql<
    Omit<Drop, "details" | "isUndone"> & { details: string; isUndone: number }
  >`
    select ${dropColumns} from drops d join records r on r.id = d.record_id
    where ${condition} order by d.id limit ${limit}`.execute(db);
  return rows.map((row) => ({
    ...row,
    details: JSON.parse(row.details) as unknown,
    isUndone: row.isUndone === 1,
  }));
}

/** What was dropped from a dataset, oldest first. */
export async function listDrops(
  store: Store,
  name: string,
  { step, after = 0, limit = 1000 }: DropQuery = {},
): Promise<Drop[]> {
  const { id } = await findDataset(store, name);
  const ofStep = step === undefined ? sql`` : sql`and d.step = ${step}`;
  return await readDrops(store.db, sql`d.dataset_id = ${id} and d.id > ${after} ${ofStep}`, limit);
}

/** Rows as they were, by their records. */
export async function textsOfDrops(
  db: Database,
  drops: readonly Drop[],
): Promise<ReadonlyMap<number, string>> {
  if (drops.length === 0) return new Map();
  const ids = drops.map(({ recordId }) => recordId);
  const rows = await db
    .selectFrom("records")
    .select(["id", "text"])
    .where("id", "in", ids)
    .execute();
  return new Map(rows.map(({ id, text }) => [Number(id), text]));
}

/** Drops of a dataset that were not undone. */
export async function countDrops(db: Database, datasetId: number): Promise<number> {
  const { rows } = await sql<{ total: number }>`
    select count(*) as total from drops
    where dataset_id = ${datasetId} and undone_id is null`.execute(db);
  return Number(rows[0]?.total ?? 0);
}

/**
 * The row before a dropped one that the newest version still has: -1 when there is none. `parentId` is the version that
 * had the dropped one.
 */
async function placeFor(db: Database, headId: number, parentId: number, position: number) {
  for (let before = position - 1; before >= 0; before--) {
    const { rows } = await sql<{ id: number }>`
      select cr.record_id as id from version_chunks vc
      join chunk_records cr on cr.chunk_id = vc.chunk_id and cr.place = ${before} - vc.first
      where vc.version_id = ${parentId} and vc.first = (select max(first) from version_chunks
        where version_id = ${parentId} and first <= ${before})`.execute(db);
    const place = rows[0] && (await positionOf(db, headId, rows[0].id));
    if (place !== undefined) return place;
  }
  return -1;
}

const wanted = (db: Database, ids: readonly number[]) => flavourOf(db).each(JSON.stringify(ids));

interface DroppedRow {
  id: number;
  parentId: number;
  position: number;
  recordId: number;
  hash: Uint8Array;
}

async function droppedRows(
  db: Database,
  datasetId: number,
  ids: readonly number[],
): Promise<DroppedRow[]> {
  const { rows } = await sql<DroppedRow>`
    select d.id, v.parent_id as "parentId", d.position, d.record_id as "recordId", r.hash
    from ${wanted(db, ids)} wanted
    join drops d on d.id = cast(cast(wanted.value as text) as bigint)
    join versions v on v.id = d.version_id
    join records r on r.id = d.record_id
    where d.dataset_id = ${datasetId} and d.undone_id is null
    order by d.version_id, d.position`.execute(db);
  const known = new Set(rows.map(({ id }) => id));
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length > 0) throw unknownDrops(unknown);
  return rows;
}

/** Dropped rows behind the places that they are put back at. Neighbours go behind one row together. */
async function placed(db: Database, headId: number, rows: readonly DroppedRow[]): Promise<Edits> {
  const edits = noEdits();
  let before: (DroppedRow & { place: number }) | undefined;
  for (const row of rows) {
    const follows = before?.parentId === row.parentId && before.position === row.position - 1;
    const place = follows ? before!.place : await placeFor(db, headId, row.parentId, row.position);
    before = { ...row, place };
    const there = edits.inserted.get(place) ?? [];
    there.push({ id: row.recordId, hash: Buffer.from(row.hash) });
    edits.inserted.set(place, there);
  }
  return edits;
}

/**
 * Makes a version with dropped rows back behind the rows that they stood behind, as far as these are still there. Undoing
 * all that one step dropped, before anything else changed, gives the version before it.
 */
export async function undoDrops(
  store: Store,
  name: string,
  ids: readonly number[],
): Promise<Version> {
  const { dataset, version } = await findVersion(store, name);
  const rows = await droppedRows(store.db, dataset.id, ids);
  const edits = await placed(store.db, version.id, rows);
  const facts = { action: "undo", message: `${rows.length} dropped rows back` };
  const pieces = piecesOf(store.db, version.id, edits);
  return await commitVersion(store, dataset, pieces, facts, async (db, made) => {
    const these = sql`select cast(cast(value as text) as bigint) from ${wanted(db, ids)} wanted`;
    await sql`update drops set undone_id = ${made.id} where id in (${these})`.execute(db);
  });
}
