// Reads rows of a version: a page after a position, at any place equally fast; filtered and searched; or all of them.
import { type RawBuilder, sql } from "kysely";
import { flavourOf } from "../flavours/flavour-of.ts";
import type { Database, Store } from "../store.ts";
import { type Filter, filterSql } from "./filters.ts";
import { searchTokens } from "./search-words.ts";
import { indexRecords } from "./search.ts";

export interface Row {
  /** From 0. */
  position: number;
  /** Of the stored row. */
  recordId: number;
  /** Its `id` field; null when it has none. */
  key: string | null;
  text: string;
}

export interface PageQuery {
  /** Rows after this position; from the first unless said. */
  after?: number;
  /** 100 unless said. */
  limit?: number;
  /** Rows to pass over; 0 unless said. Costs what it passes over: a place is better said by `after`. */
  offset?: number;
  filters?: readonly Filter[];
  /** Words that the row's texts must have, in the search's own language (docs/store.md). */
  search?: string;
}

export interface Page {
  rows: Row[];
  /** To be given as `after` for the next page; null after the last. */
  next: number | null;
}

const placed = sql<number>`vc.first + cr.place`;

/** Joins a version's chunks to their rows; `vc`, `cr` and `r` name them in conditions. */
const rowsOf = (versionId: number, after: number): RawBuilder<unknown> => sql`
  from version_chunks vc
  join chunk_records cr on cr.chunk_id = vc.chunk_id
  join records r on r.id = cr.record_id
  where vc.version_id = ${versionId}
    and vc.first >= coalesce((select max(first) from version_chunks
      where version_id = ${versionId} and first <= ${after + 1}), 0)
    and ${placed} > ${after}`;

/** The same from the side of the rows that match, where they are few. */
const matchingRowsOf = (
  versionId: number,
  after: number,
  matches: RawBuilder<unknown>,
): RawBuilder<unknown> => sql`
  from record_search
  join chunk_records cr on cr.record_id = record_search.rowid
  join version_chunks vc on vc.chunk_id = cr.chunk_id and vc.version_id = ${versionId}
  join records r on r.id = cr.record_id
  where ${matches} and ${placed} > ${after}`;

const conditions = (db: Database, filters: readonly Filter[]): RawBuilder<unknown> =>
  filters.length === 0
    ? sql``
    : sql`and ${sql.join(
        filters.map((filter) => filterSql(flavourOf(db), filter, sql`r.text`)),
        sql` and `,
      )}`;

async function source(
  store: Store,
  versionId: number,
  { after = -1, search }: PageQuery,
): Promise<RawBuilder<unknown>> {
  if (search === undefined) return rowsOf(versionId, after);
  await indexRecords(store);
  const { matches } = flavourOf(store.db).search;
  const found = matches({ table: "record_search" }, searchTokens(search));
  return matchingRowsOf(versionId, after, found);
}

/** A page of rows in order. */
export async function readPage(
  store: Store,
  versionId: number,
  query: PageQuery = {},
): Promise<Page> {
  const { limit = 100, offset = 0, filters = [] } = query;
  const from = await source(store, versionId, query);
  const { rows } = await sql<Row>`
    select ${placed} as position, r.id as "recordId", r.key, r.text
    ${from} ${conditions(store.db, filters)}
    order by vc.first, cr.place limit ${limit + 1} offset ${offset}`.execute(store.db);
  const shown = rows.slice(0, limit);
  return { rows: shown, next: rows.length > limit ? (shown.at(-1)?.position ?? null) : null };
}

/** Rows that a query finds. Without filters and search a version's `size` says it at once. */
export async function countRows(
  store: Store,
  versionId: number,
  query: Pick<PageQuery, "filters" | "search"> = {},
): Promise<number> {
  const from = await source(store, versionId, query);
  const { rows } = await sql<{ count: number }>`
    select count(*) as count ${from} ${conditions(store.db, query.filters ?? [])}`.execute(
    store.db,
  );
  return rows[0]?.count ?? 0;
}

const rowsAtOnce = 1000;

/** All rows in order, at constant memory. */
export async function* readRows(store: Store, versionId: number): AsyncGenerator<Row> {
  for (let after: number | null = -1; after !== null;) {
    const page: Page = await readPage(store, versionId, { after, limit: rowsAtOnce });
    yield* page.rows;
    after = page.next;
  }
}

/** Rows of a version that have this `id` field; usually one. */
export async function rowsByKey(db: Database, versionId: number, key: string): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select ${placed} as position, r.id as "recordId", r.key, r.text
    from records r
    join chunk_records cr on cr.record_id = r.id
    join version_chunks vc on vc.chunk_id = cr.chunk_id and vc.version_id = ${versionId}
    where r.key = ${key} order by position`.execute(db);
  return rows;
}

/** Where a version has a stored row: its first position. */
export async function positionOf(
  db: Database,
  versionId: number,
  recordId: number,
): Promise<number | undefined> {
  const { rows } = await sql<{ position: number | null }>`
    select min(${placed}) as position
    from chunk_records cr
    join version_chunks vc on vc.chunk_id = cr.chunk_id and vc.version_id = ${versionId}
    where cr.record_id = ${recordId}`.execute(db);
  return rows[0]?.position ?? undefined;
}
