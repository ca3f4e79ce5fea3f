// Datasets by name, their versions by number or by the beginning of their hash: "rows", "rows@3", "rows@9f2c".
import type { Selectable } from "kysely";
import { nearest } from "../../core/nearest.ts";
import { type Database, inTransaction, type Store } from "../store.ts";
import type { VersionsTable } from "../tables.ts";
import {
  badName,
  nameTaken,
  noVersions,
  unknownDataset,
  unknownVersion,
} from "./dataset-errors.ts";

export interface Dataset {
  id: number;
  name: string;
  /** Its newest version; null while it has none. */
  headId: number | null;
  createdAt: number;
}

export interface Version {
  id: number;
  datasetId: number;
  number: number;
  /** Of the rows in their order; equal for equal contents. */
  hash: string;
  parentId: number | null;
  /** The other parent, of a merge. */
  mergedId: number | null;
  /** Rows. */
  size: number;
  /** What made it: import, edit, drop, undo, restore, merge, fork. */
  action: string;
  message: string;
  details: unknown;
  createdAt: number;
}

export function versionOf(row: Selectable<VersionsTable>): Version {
  return {
    id: row.id,
    datasetId: row.dataset_id,
    number: row.number,
    hash: row.hash,
    parentId: row.parent_id,
    mergedId: row.merged_id,
    size: row.size,
    action: row.action,
    message: row.message,
    details: JSON.parse(row.details) as unknown,
    createdAt: row.created_at,
  };
}

const goodName = /^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u;

interface DatasetRow {
  id: number;
  name: string;
  head_id: number | null;
  created_at: number;
}

const datasetOf = (row: DatasetRow): Dataset => ({
  id: row.id,
  name: row.name,
  headId: row.head_id,
  createdAt: row.created_at,
});

async function readDataset(db: Database, name: string): Promise<Dataset | undefined> {
  const row = await db
    .selectFrom("sets")
    .selectAll()
    .where("name", "=", name)
    .where("removed_at", "is", null)
    .executeTakeFirst();
  return row && datasetOf(row);
}

/** Every dataset that was not removed, by name. */
export async function listDatasets({ db }: Store): Promise<Dataset[]> {
  const rows = await db
    .selectFrom("sets")
    .selectAll()
    .where("removed_at", "is", null)
    .orderBy("name")
    .execute();
  return rows.map(datasetOf);
}

export async function findDataset(store: Store, name: string): Promise<Dataset> {
  const found = await readDataset(store.db, name);
  if (found !== undefined) return found;
  const names = (await listDatasets(store)).map((each) => each.name);
  throw unknownDataset(name, nearest(name, names));
}

/** The dataset of this name, made when there is none. */
export async function ensureDataset({ db, now }: Store, name: string): Promise<Dataset> {
  if (!goodName.test(name)) throw badName(name);
  return await inTransaction(db, async (transaction) => {
    const found = await readDataset(transaction, name);
    if (found !== undefined) return found;
    const row = await transaction
      .insertInto("sets")
      .values({ name, created_at: now() })
      .returningAll()
      .executeTakeFirstOrThrow();
    return datasetOf(row);
  });
}

/** Gives another name, under which nothing may be. */
export async function renameDataset(store: Store, from: string, to: string): Promise<void> {
  if (!goodName.test(to)) throw badName(to);
  const { id } = await findDataset(store, from);
  await inTransaction(store.db, async (db) => {
    if ((await readDataset(db, to)) !== undefined) throw nameTaken(to);
    await db.updateTable("sets").set({ name: to }).where("id", "=", id).execute();
  });
}

/** Takes a dataset out of the lists; its versions stay for those that came from them. */
export async function removeDataset(store: Store, name: string): Promise<void> {
  const { id } = await findDataset(store, name);
  await store.db
    .updateTable("sets")
    .set({ removed_at: store.now() })
    .where("id", "=", id)
    .execute();
}

export async function readVersion(db: Database, id: number): Promise<Version> {
  const row = await db.selectFrom("versions").selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw new RangeError(`there is no version ${id}`);
  return versionOf(row);
}

/** Versions of a dataset, newest first. */
export async function listVersions({ db }: Store, datasetId: number): Promise<Version[]> {
  const rows = await db
    .selectFrom("versions")
    .selectAll()
    .where("dataset_id", "=", datasetId)
    .orderBy("number", "desc")
    .execute();
  return rows.map(versionOf);
}

/** "name" for the newest version, "name@3", or "name@" and the beginning of a hash. */
export async function findVersion(
  store: Store,
  reference: string,
): Promise<{ dataset: Dataset; version: Version }> {
  const [, name = reference, wanted] = /^(.+)@([^@]+)$/.exec(reference) ?? [];
  const dataset = await findDataset(store, name);
  if (dataset.headId === null) throw noVersions(name);
  const head = await readVersion(store.db, dataset.headId);
  if (wanted === undefined) return { dataset, version: head };
  const all = await listVersions(store, dataset.id);
  const version =
    all.find(({ number }) => String(number) === wanted) ??
    all.find(({ hash }) => wanted.length >= 4 && hash.startsWith(wanted));
  if (version === undefined) throw unknownVersion(name, wanted, head.number);
  return { dataset, version };
}
