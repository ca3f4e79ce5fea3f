// The lines of a dataset as its file has them: contents of active examples in their order, at flat memory.
import { written } from "../flavours/written.ts";
import type { Database, Store } from "../store.ts";
import { readDataset } from "./datasets.ts";

export interface Line {
  id: number;
  index: number;
  text: string;
}

export interface LineRange {
  /** Behind this index; from the first unless said. */
  after?: number;
  /** Up to this one. */
  upTo?: number;
}

const rowsAtOnce = 1000;

const select = `select id, example_index as "index", content as text from examples
  where dataset_id = ? and status = 'active' and example_index > ? and example_index <= ?
  order by example_index limit ${rowsAtOnce}`;

/** A page of lines; a short one is the last. */
async function someLines(
  db: Database,
  datasetId: number,
  range: Required<LineRange>,
): Promise<Line[]> {
  const query = written(db, select, [datasetId, range.after, range.upTo]);
  return (await db.executeQuery<Line>(query)).rows;
}

/** Pages of lines. Each is read by itself: others may change rows in between. */
export async function* pagesOfLines(
  db: Database,
  datasetId: number,
  { after = -1, upTo = Number.MAX_SAFE_INTEGER }: LineRange = {},
): AsyncGenerator<Line[]> {
  for (let from = after; ;) {
    const lines = await someLines(db, datasetId, { after: from, upTo });
    if (lines.length > 0) yield lines;
    const last = lines.at(-1);
    if (last === undefined || lines.length < rowsAtOnce) return;
    from = last.index;
  }
}

/** The file's text in parts of about a thousand lines, as the database has it. Throws FT-PLATFORM-001. */
export async function* exportText(store: Store, datasetId: number): AsyncGenerator<string> {
  await readDataset(store, datasetId);
  for await (const lines of pagesOfLines(store.db, datasetId)) {
    yield lines.map(({ text }) => `${text}\n`).join("");
  }
}

/** The texts of active examples, one after another. Throws FT-PLATFORM-001. */
export async function* exportRows(store: Store, datasetId: number): AsyncGenerator<string> {
  await readDataset(store, datasetId);
  for await (const lines of pagesOfLines(store.db, datasetId)) {
    for (const { text } of lines) yield text;
  }
}

/** An example with what belongs to it, as another dataset takes it. */
export interface CopiedExample {
  id: number;
  index: number;
  content: string;
  qualityScore: number | null;
  /** JSON. */
  metadata: string;
}

const selectCopied = `select id, example_index as "index", content, quality_score as "qualityScore", metadata
  from examples where dataset_id = ? and status = 'active' and example_index > ?
  order by example_index limit ${rowsAtOnce}`;

/** Active examples, one after another, at flat memory. Throws FT-PLATFORM-001. */
export async function* exportExamples(
  store: Store,
  datasetId: number,
): AsyncGenerator<CopiedExample> {
  await readDataset(store, datasetId);
  for (let after = -1; ;) {
    const query = written(store.db, selectCopied, [datasetId, after]);
    const { rows } = await store.db.executeQuery<CopiedExample>(query);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsAtOnce) return;
    after = last.index;
  }
}
