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

/** What comes after a place when the best or the worst are first. */
function behind({ index, score }: Place, isDescending: boolean): Condition {
  if (score === null) return sql`quality_score is null and example_index > ${index}`;
  const further = isDescending ? sql`quality_score < ${score}` : sql`quality_score > ${score}`;
  return sql`(${further} or (quality_score = ${score} and example_index > ${index}) or quality_score is null)`;
}

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

/** A page of examples. Throws FT-PLATFORM-001, -004 and FT-DATASET-009. */
export async function listExamples(
  store: Store,
  datasetId: number,
  query: ExampleQuery = {},
): Promise<ExamplePage> {
  await readDataset(store, datasetId);
  if (query.search !== undefined) await indexExamples(store, datasetId);
  const { limit = 100, sort = "index", status = "active", after } = query;
  const isByScore = sort !== "index";
  const total = await totalOf(store.db, datasetId, query);
  const from = after === undefined ? undefined : placeIn(after, isByScore);
  const passed = from === undefined ? (query.offset ?? 0) : 0;
  const conditions = filters(store.db, datasetId, query);
  const page = { limit: limit + 1, offset: passed };
  let rows: StoredExample[];
  if (isByScore) {
    const isDescending = sort === "-score";
    const direction = isDescending ? sql`desc` : sql`asc`;
    const order = sql`quality_score is null, quality_score ${direction}, example_index`;
    const rest = from === undefined ? [] : [behind(from, isDescending)];
    rows = await select(store.db, [...conditions, ...rest], order, page);
  } else if (from === undefined && isPlain(query)) {
    const place = await placeOf(store.db, datasetId, status, passed);
    const rest = sql`example_index >= ${place.from}`;
    rows = await select(store.db, [...conditions, rest], sql`example_index`, {
      ...page,
      offset: place.pass,
    });
  } else {
    const rest = from === undefined ? [] : [sql`example_index > ${from.index}`];
    rows = await select(store.db, [...conditions, ...rest], sql`example_index`, page);
  }
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
  const { rows } = await sql<{ total: number }>`
    select count(*) as total from examples where ${joined(filters(db, datasetId, query))}`.execute(
    db,
  );
  return rows[0]?.total ?? 0;
}
