// A set of either kind as pages look at it: one of the dataset creator by its number ("12"), one that is kept version by
// version by its name ("sets:support", "sets:support@2"). Reads only; what makes or changes sets is elsewhere.
import {
  countRows,
  findVersion,
  readPage,
  readRows,
  type Store,
  type Version,
} from "../../../store/index.ts";
import {
  exportExamples,
  listExamples,
  type PlatformDataset,
  readDataset,
  revisionOf,
} from "../../../store/platform/index.ts";
import type { JsonObject } from "../../../text/types.ts";
import { unknownSet } from "./set-errors.ts";
import { type SetLine, setLine } from "./set-line.ts";

export interface LineQuery {
  /** Lines to pass over. */
  from: number;
  /** What the page before said in `next`: then `from` is not looked at. */
  after?: string | undefined;
  limit: number;
  search?: string | undefined;
  status?: "active" | "removed" | "all" | undefined;
  minScore?: number | undefined;
  maxScore?: number | undefined;
  sort?: "index" | "score" | "-score" | undefined;
}

export interface LinePage {
  lines: SetLine[];
  /** That the query finds. */
  total: number;
  next: string | null;
}

export interface SetRow {
  /** Its place: index of the example, or position in the version. */
  at: number;
  text: string;
  /** What is known of it beside its content. */
  metadata: JsonObject;
}

export interface OpenSet {
  /** As it was asked for. */
  readonly reference: string;
  readonly title: string;
  readonly rows: number;
  /** Another when its rows are others. */
  readonly revision: string;
  readonly dataset: PlatformDataset | null;
  readonly version: { name: string; version: Version } | null;
  page(query: LineQuery): Promise<LinePage>;
  /** All rows in order, at flat memory. */
  all(): AsyncGenerator<SetRow>;
}

const numbered = /^[1-9]\d{0,14}$/;
const kept = /^sets:(.{1,300})$/;

async function numberedSet(store: Store, reference: string): Promise<OpenSet> {
  const id = Number(reference);
  const dataset = await readDataset(store, id);
  return {
    ...{ reference, title: dataset.name, rows: dataset.exampleCount, dataset, version: null },
    revision: `${id}-${await revisionOf(store.db, id)}`,
    page: async ({ from, after, ...query }) => {
      const page = await listExamples(store, id, {
        ...query,
        ...(after === undefined ? { offset: from } : { after }),
      });
      const lines = page.examples.map((example) =>
        setLine(example.content, {
          ...{ at: example.index, id: example.id, metadata: example.metadata },
          ...{ score: example.qualityScore, status: example.status },
        }),
      );
      return { lines, total: page.total, next: page.next };
    },
    all: async function* () {
      for await (const { index, content, metadata } of exportExamples(store, id))
        yield { at: index, text: content, metadata: JSON.parse(metadata) as JsonObject };
    },
  };
}

async function keptSet(store: Store, reference: string, name: string): Promise<OpenSet> {
  const { dataset, version } = await findVersion(store, name);
  const page = async ({ from, after, limit, search }: LineQuery): Promise<LinePage> => {
    const isSearch = search !== undefined && search !== "";
    // where nothing is left out, how many to pass over is a position
    const start = after !== undefined ? Number(after) : isSearch ? -1 : from - 1;
    const query = { after: start, limit, ...(isSearch && { search }) };
    const skip = isSearch && after === undefined ? { offset: from } : {};
    const found = await readPage(store, version.id, { ...query, ...skip });
    const total = isSearch ? await countRows(store, version.id, { search }) : version.size;
    const lines = found.rows.map(({ position, text }) =>
      setLine(JSON.parse(text) as JsonObject, { at: position, id: null }),
    );
    return { lines, total, next: found.next === null ? null : String(found.next) };
  };
  return {
    ...{ reference, title: dataset.name, rows: version.size, dataset: null, page },
    version: { name: dataset.name, version },
    revision: `v-${version.hash.slice(0, 24)}`,
    all: async function* () {
      for await (const { position, text } of readRows(store, version.id))
        yield { at: position, text, metadata: {} };
    },
  };
}

/** Throws FT-DATA-040 for what names no set, FT-PLATFORM-001 and FT-DATASET-001 where it is not there. */
export async function openSet(store: Store, reference: string): Promise<OpenSet> {
  if (numbered.test(reference)) return await numberedSet(store, reference);
  const [, name] = kept.exec(reference) ?? [];
  if (name === undefined) throw unknownSet(reference);
  return await keptSet(store, reference, name);
}
