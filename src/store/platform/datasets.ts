// Datasets of the dataset creator: made, listed, described. Not their rows (examples.ts) and not their files
// (files.ts). Datasets of the versioned store are others (datasets/).
import { type Selectable, sql } from "kysely";
import { type Database, inTransaction, type Store } from "../store.ts";
import type { DatasetFormat, DatasetsTable } from "../tables.ts";
import { newFilePath } from "./file-names.ts";
import { unknownDatasetId } from "./platform-errors.ts";
import { timestamp } from "./timestamps.ts";
import { isPresentText, jsonObject } from "./values.ts";

export type { DatasetFormat };

/** What a function here needs of a store; in a transaction `{ ...store, db }`. */
export type StoreOrTransaction = Pick<Store, "db" | "now">;

export interface PlatformDataset {
  id: number;
  name: string;
  description: string | null;
  domain: string;
  subdomain: string | null;
  format: DatasetFormat;
  /** Active ones. */
  exampleCount: number;
  /** ISO 8601, UTC. */
  createdAt: string;
  updatedAt: string;
  /** Of the file of JSON lines that follows it. */
  filePath: string;
  metadata: Record<string, unknown>;
}

export interface NewDataset {
  /** "DOMAIN, DATE" unless said. */
  name?: string | undefined;
  description?: string | null | undefined;
  /** "custom" unless said. */
  domain?: string | undefined;
  subdomain?: string | null | undefined;
  format: DatasetFormat;
  metadata?: Readonly<Record<string, unknown>> | undefined;
  /** Where its file is to lie under a name of its own: `datasetsFolder(environment)`. */
  folder: string;
  /** Another path than one made of domain and time; nothing may be there that is not to be taken for its rows. */
  filePath?: string | undefined;
}

export function datasetOf(row: Selectable<DatasetsTable>): PlatformDataset {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    domain: row.domain,
    subdomain: row.subdomain,
    format: row.format,
    exampleCount: row.example_count,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    filePath: row.file_path ?? "",
    metadata: jsonObject(row.metadata),
  };
}

/** Makes a dataset without rows. Its file appears when it is first brought in step. */
export async function createDataset(
  { db, now }: StoreOrTransaction,
  wanted: NewDataset,
): Promise<PlatformDataset> {
  const { format, folder, metadata = {}, description = null, subdomain = null } = wanted;
  const domain = isPresentText(wanted.domain) ? wanted.domain : "custom";
  const at = timestamp(now());
  return await inTransaction(db, async (transaction) => {
    const path =
      wanted.filePath ?? (await newFilePath(transaction, { folder, domain, now: now() }));
    const row = await transaction
      .insertInto("datasets")
      .values({
        name: isPresentText(wanted.name) ? wanted.name : `${domain}, ${at.slice(0, 19)}`,
        description,
        domain,
        subdomain,
        format,
        created_at: at,
        updated_at: at,
        file_path: path,
        metadata: JSON.stringify(metadata),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    await transaction.insertInto("dataset_states").values({ dataset_id: row.id }).execute();
    return datasetOf(row);
  });
}

const present = (db: Database) =>
  db
    .selectFrom("datasets")
    .innerJoin("dataset_states", "dataset_states.dataset_id", "datasets.id")
    .selectAll("datasets")
    .where("dataset_states.removed_at", "is", null);

/** The dataset of this id, unless it was deleted. */
export async function datasetById(db: Database, id: number): Promise<PlatformDataset | undefined> {
  const row = await present(db).where("datasets.id", "=", id).executeTakeFirst();
  return row && datasetOf(row);
}

/** Throws FT-PLATFORM-001 where there is none of this id, or it was deleted. */
export async function readDataset({ db }: Pick<Store, "db">, id: number): Promise<PlatformDataset> {
  const found = Number.isSafeInteger(id) ? await datasetById(db, id) : undefined;
  if (found === undefined) throw unknownDatasetId(id);
  return found;
}

/** One higher with each change of its rows. */
export async function revisionOf(db: Database, id: number): Promise<number> {
  const row = await db
    .selectFrom("dataset_states")
    .select("revision")
    .where("dataset_id", "=", id)
    .executeTakeFirst();
  return row?.revision ?? 0;
}

/** The dataset whose file this is. */
export async function datasetByFile(
  db: Database,
  path: string,
): Promise<PlatformDataset | undefined> {
  const row = await present(db).where("file_path", "=", path).executeTakeFirst();
  return row && datasetOf(row);
}

export interface DatasetQuery {
  domain?: string | undefined;
  format?: DatasetFormat | undefined;
  /** All unless said. */
  limit?: number | undefined;
  /** Those with lower ids: what the page before said in `next`. */
  after?: number | undefined;
}

export interface DatasetPage {
  /** Newest first. */
  datasets: PlatformDataset[];
  total: number;
  next: number | null;
}

/** Datasets that were not deleted. */
export async function listDatasets(
  { db }: Pick<Store, "db">,
  { domain, format, limit, after }: DatasetQuery = {},
): Promise<DatasetPage> {
  const matching = present(db)
    .$if(domain !== undefined, (query) => query.where("domain", "=", domain as string))
    .$if(format !== undefined, (query) => query.where("format", "=", format as DatasetFormat));
  const { total } = await matching
    .clearSelect()
    .select(sql<number>`count(*)`.as("total"))
    .executeTakeFirstOrThrow();
  const rows = await matching
    .$if(after !== undefined, (query) => query.where("datasets.id", "<", after as number))
    .orderBy("datasets.id", "desc")
    .$if(limit !== undefined, (query) => query.limit((limit as number) + 1))
    .execute();
  const shown = rows.slice(0, limit);
  const next = rows.length > shown.length ? (shown.at(-1)?.id ?? null) : null;
  return { datasets: shown.map(datasetOf), total, next };
}

export interface DatasetChanges {
  name?: string | undefined;
  description?: string | null | undefined;
  metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** Gives another name, description or metadata. */
export async function describeDataset(
  { db, now }: StoreOrTransaction,
  id: number,
  { name, description, metadata }: DatasetChanges,
): Promise<PlatformDataset> {
  return await inTransaction(db, async (transaction) => {
    const found = await readDataset({ db: transaction }, id);
    await transaction
      .updateTable("datasets")
      .set({
        name: isPresentText(name) ? name : found.name,
        description: description === undefined ? found.description : description,
        metadata: JSON.stringify(metadata ?? found.metadata),
        updated_at: timestamp(now()),
      })
      .where("id", "=", id)
      .execute();
    return await readDataset({ db: transaction }, id);
  });
}
