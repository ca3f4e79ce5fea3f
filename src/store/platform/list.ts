// Pages of examples, by place or after the last one seen, filtered, in the order of the file or by score; with a total.
import { type RawBuilder, sql } from "kysely";
import type { Selectable } from "kysely";
import type { Database, Store } from "../store.ts";
import type { ExamplesTable, ExampleStatus } from "../tables.ts";
import { countsOf, placeOf } from "./blocks.ts";
import { readDataset } from "./datasets.ts";
import { type Example, exampleOf } from "./examples.ts";
import { badCursor } from "./platform-errors.ts";
import { foundIds, indexExamples } from "./words.ts";

export interface ExampleQuery {
  /** 100 unless said. */
  limit?: number | undefined;
  /** Examples to pass over. */
  offset?: number | undefined;
  /** What the page before said in `next`; instead of `offset`. */
  after?: string | undefined;
  /** "active" unless said. */
  status?: ExampleStatus | "all" | undefined;
  minScore?: number | undefined;
  maxScore?: number | undefined;
  /** Words, as the store's search reads them: word, "exact words", word*, AND, OR, NOT. */
  search?: string | undefined;
  /** By place in the file unless said; `-score`: best first. Those without a score come last. */
  sort?: "index" | "score" | "-score" | undefined;
}

export interface ExamplePage {
  examples: Example[];
  /** That the filters let through, in all pages. */
  total: number;
  /** To be given as `after`; null after the last. */
  next: string | null;
}

type Condition = RawBuilder<unknown>;

const joined = (conditions: readonly Condition[]): Condition =>
  sql.join([...conditions], sql` and `);

function filters(
  db: Database,
  datasetId: number,
  { status = "active", minScore, maxScore, search }: ExampleQuery,
) {
  return [
    sql`dataset_id = ${datasetId}`,
    ...(status === "all" ? [] : [sql`status = ${status}`]),
    ...(minScore === undefined ? [] : [sql`quality_score >= ${minScore}`]),
    ...(maxScore === undefined ? [] : [sql`quality_score <= ${maxScore}`]),
    ...(search === undefined ? [] : [sql`id in (${foundIds(db, datasetId, search)})`]),
  ];
}

interface Place {
  index: number;
  score: number | null;
}

const cursorForm = /^(?:(\d+(?:\.\d+)?|none):)?(\d{1,15})$/;

function placeIn(after: string, isByScore: boolean): Place {
  const [, score, index] = cursorForm.exec(after) ?? [];
  if (index === undefined || (score !== undefined) !== isByScore) throw badCursor(after);
  return {
    index: Number(index),
    score: score === undefined || score === "none" ? null : Number(score),
  };
}

const cursorOf = (
  { example_index: index, quality_score: score }: StoredExample,
  isByScore: boolean,
) => (isByScore ? `${score ?? "none"}:${index}` : String(index));

type StoredExample = Selectable<ExamplesTable>;

async function select(
  db: Database,
  conditions: readonly Condition[],
  order: Condition,
  { limit, offset }: { limit: number; offset: number },
): Promise<StoredExample[]> {
  // passed over in the index alone; the rows of the page are read after
  const { rows } = await sql<StoredExample>`
    select * from examples where id in (select id from examples where ${joined(conditions)}
      order by ${order} limit ${limit} offset ${offset}) order by ${order}`.execute(db);
  return rows;
}

interface Wanted {
  query: ExampleQuery;
  conditions: readonly Condition[];
  from: Place | undefined;
  limit: number;
  offset: number;
}

async function byIndex(db: Database, datasetId: number, wanted: Wanted): Promise<StoredExample[]> {
  const { query, conditions, from, limit, offset } = wanted;
  const order = sql`example_index`;
  if (from !== undefined) {
    const rest = sql`example_index > ${from.index}`;
    return await select(db, [...conditions, rest], order, { limit, offset: 0 });
  }
  if (!isPlain(query)) return await select(db, conditions, order, { limit, offset });
  const place = await placeOf(db, datasetId, query.status ?? "active", offset);
  const rest = sql`example_index >= ${place.from}`;
  return await select(db, [...conditions, rest], order, { limit, offset: place.pass });
}

async function countWhere(db: Database, conditions: readonly Condition[]): Promise<number> {
  const { rows } = await sql<{ total: number }>`
    select count(*) as total from examples where ${joined(conditions)}`.execute(db);
  return Number(rows[0]?.total ?? 0);
}

/** Those that have a score, in an order that the index has too. */
async function scored(db: Database, wanted: Wanted): Promise<StoredExample[]> {
  const { query, conditions, from, limit, offset } = wanted;
  const isDescending = query.sort === "-score";
  const order = isDescending
    ? sql`quality_score desc, example_index desc`
    : sql`quality_score, example_index`;
  const sign = isDescending ? sql`<` : sql`>`;
  const rest =
    from === undefined
      ? []
      : [sql`(quality_score, example_index) ${sign} (${from.score}, ${from.index})`];
  const all = [...conditions, sql`quality_score is not null`, ...rest];
  return await select(db, all, order, { limit, offset });
}

async function byScore(db: Database, wanted: Wanted): Promise<StoredExample[]> {
  const { conditions, from, limit, offset } = wanted;
  const areBehind = from !== undefined && from.score === null;
  const first = areBehind ? [] : await scored(db, wanted);
  if (first.length >= limit) return first;
  const isPast = first.length === 0 && from === undefined && offset > 0;
  const passed = isPast
    ? offset - (await countWhere(db, [...conditions, sql`quality_score is not null`]))
    : 0;
  const rest = areBehind ? [sql`example_index > ${from.index}`] : [];
  const unscored = [...conditions, sql`quality_score is null`, ...rest];
  const page = { limit: limit - first.length, offset: passed };
  return [...first, ...(await select(db, unscored, sql`example_index`, page))];
}

/** A page of examples. Throws FT-PLATFORM-001, -004 and FT-DATASET-009. */
export async function listExamples(
  store: Store,
  datasetId: number,
  query: ExampleQuery = {},
): Promise<ExamplePage> {
  const { db } = store;
  await readDataset(store, datasetId);
  if (query.search !== undefined) await indexExamples(store, datasetId);
  const { limit = 100, sort = "index", after, offset = 0 } = query;
  const isByScore = sort !== "index";
  const total = await totalOf(db, datasetId, query);
  const from = after === undefined ? undefined : placeIn(after, isByScore);
  const conditions = filters(db, datasetId, query);
  const passed = from === undefined ? offset : 0;
  const wanted: Wanted = { query, conditions, from, limit: limit + 1, offset: passed };
  const rows = await (isByScore ? byScore(db, wanted) : byIndex(db, datasetId, wanted));
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next = rows.length > limit && last !== undefined ? cursorOf(last, isByScore) : null;
  return { examples: shown.map(exampleOf), total, next };
}

/** Whether the counters alone know how many there are. */
const isPlain = ({ minScore, maxScore, search }: ExampleQuery): boolean =>
  minScore === undefined && maxScore === undefined && search === undefined;

async function totalOf(db: Database, datasetId: number, query: ExampleQuery): Promise<number> {
  const { status = "active" } = query;
  if (isPlain(query)) {
    const counts = await countsOf(db, datasetId);
    return status === "all" ? counts.active + counts.removed : counts[status];
  }
  return await countWhere(db, filters(db, datasetId, query));
}
