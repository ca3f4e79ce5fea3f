// What is not in a set any more, or never came into it, each with who took it and why, so that it can be brought back.
import { countDrops, listDrops, textsOfDrops, type Store } from "../../../store/index.ts";
import {
  type Example,
  type ExampleEdit,
  listEdits,
  listExamples,
} from "../../../store/platform/index.ts";
import type { JsonObject } from "../../../text/types.ts";
import type { LeftOutRow } from "./import-set.ts";
import type { OpenSet } from "./open-set.ts";
import { setLine } from "./set-line.ts";

export interface LeftOut {
  /** Place in the set it was taken from, or line of the file that was imported. */
  at: number;
  /** What took it: quality control, a person, import, or a step of cleaning. */
  step: string;
  why: string;
  asked: string;
  /** To be given to bring it back; null for a row that never came in. */
  back: string | null;
}

export interface LeftOutPage {
  rows: LeftOut[];
  total: number;
  next: string | null;
}

const words = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** Quality control writes into a row's metadata why it was taken out. */
function whyIn(metadata: JsonObject): string | undefined {
  const quality = metadata["quality"];
  const inside =
    typeof quality === "object" && quality !== null ? (quality as JsonObject) : metadata;
  const { reasons, reason, issues, removed_because: because } = inside;
  if (Array.isArray(reasons)) return reasons.map(String).join("; ");
  if (Array.isArray(issues) && issues.length > 0)
    return issues.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join("; ");
  return words(reason) ?? words(because);
}

/** The edit that took a row out; undefined for one that is in the set. */
export const removalIn = (edits: readonly ExampleEdit[]): ExampleEdit | undefined =>
  edits.find(({ after }) => after.status === "removed");

async function whoTook(store: Store, datasetId: number, exampleId: number) {
  return removalIn(await listEdits(store, datasetId, { exampleId, limit: 5 }));
}

/** Why a row is out, in a few words. */
export function reasonOf(
  { metadata, qualityScore }: Example,
  edit: ExampleEdit | undefined,
): string {
  const score = qualityScore === null ? "" : ` (score ${qualityScore})`;
  return (whyIn(metadata) ?? (edit?.who === "user" ? "removed by hand" : "removed")) + score;
}

/** Rows that an import could not use. */
function notImported(set: OpenSet): LeftOut[] {
  const told =
    set.dataset?.metadata["left_out"] ??
    (set.version?.version.details as { left_out?: unknown } | null)?.left_out;
  const first = Array.isArray(told) ? told : (told as { first?: LeftOutRow[] } | undefined)?.first;
  return ((first ?? []) as LeftOutRow[]).map(({ line, field, why, text }) => ({
    ...{ at: line, step: "import", why: field === "" ? why : `${field}: ${why}`, asked: text },
    back: null,
  }));
}

interface NumberedQuery {
  after?: string;
  limit: number;
  search?: string;
}

async function numberedLeft(store: Store, id: number, query: NumberedQuery) {
  const page = await listExamples(store, id, { ...query, status: "removed" });
  const rows: LeftOut[] = [];
  for (const example of page.examples) {
    const edit = await whoTook(store, id, example.id);
    const who = edit?.who ?? "somebody";
    rows.push({
      at: example.index,
      step: who === "user" ? "by hand" : who,
      why: reasonOf(example, edit),
      asked: setLine(example.content, { at: example.index, id: example.id }).asked,
      back: edit === undefined ? null : String(edit.id),
    });
  }
  return { rows, total: page.total, next: page.next };
}

export interface LeftOutQuery {
  after?: string | undefined;
  limit: number;
  /** Words, as the set's own search reads them; of what an import left out a part of the text. */
  search?: string | undefined;
}

const saysAll = (search: string) => {
  const words = search.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return ({ asked, why }: LeftOut): boolean => {
    const text = `${asked} ${why}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
};

const openedLine = (text: string): string =>
  setLine(JSON.parse(text) as JsonObject, { at: 0, id: null }).asked;

async function keptLeft(store: Store, set: OpenSet, { after, limit }: LeftOutQuery) {
  const drops = await listDrops(store, set.title, { after: Number(after ?? 0), limit });
  const texts = await textsOfDrops(store.db, drops);
  const rows: LeftOut[] = [];
  for (const { id, position, key, step, reason, recordId, isUndone } of drops) {
    if (isUndone) continue;
    const named = key === null ? "" : `id ${key}: `;
    const asked = named + openedLine(texts.get(Number(recordId)) ?? "{}");
    rows.push({ at: position, step, why: reason, asked, back: String(id) });
  }
  return { rows, next: drops.length < limit ? null : String(drops.at(-1)?.id ?? 0) };
}

/** How many there are: those that an import left out, and those that were taken out since. */
export async function countLeftOut(store: Store, set: OpenSet): Promise<number> {
  if (set.dataset === null)
    return (
      notImported(set).length + (await countDrops(store.db, set.version?.version.datasetId ?? 0))
    );
  const told = set.dataset.metadata["left_out"] as { rows?: number } | undefined;
  const imported = told?.rows ?? notImported(set).length;
  const { total } = await listExamples(store, set.dataset.id, { status: "removed", limit: 1 });
  return imported + total;
}

/** A page of them; those that an import left out come first. */
export async function leftOut(
  store: Store,
  set: OpenSet,
  { after, limit, search }: LeftOutQuery,
): Promise<LeftOutPage> {
  const isWanted = search === undefined ? () => true : saysAll(search);
  const imported = after === undefined ? notImported(set).filter(isWanted) : [];
  const query = { limit, ...(after !== undefined && { after }) };
  if (set.dataset === null) {
    const { rows, next } = await keptLeft(store, set, query);
    const all = [...imported, ...rows.filter(isWanted)];
    const total = search === undefined ? await countLeftOut(store, set) : all.length;
    return { rows: all, total, next };
  }
  const found = { ...query, ...(search !== undefined && { search }) };
  const page = await numberedLeft(store, set.dataset.id, found);
  const total =
    search === undefined ? await countLeftOut(store, set) : page.total + imported.length;
  return { ...page, rows: [...imported, ...page.rows], total };
}
