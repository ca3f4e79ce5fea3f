// What is not in a set any more, or never came into it, each with who took it and why, so that it can be brought back.
import { listDrops, type Store } from "../../../store/index.ts";
import { listEdits, listExamples } from "../../../store/platform/index.ts";
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

async function whoTook(store: Store, datasetId: number, exampleId: number) {
  const edits = await listEdits(store, datasetId, { exampleId, limit: 5 });
  return edits.find(({ after }) => after.status === "removed");
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

async function numberedLeft(store: Store, id: number, query: { after?: string; limit: number }) {
  const page = await listExamples(store, id, { ...query, status: "removed" });
  const rows: LeftOut[] = [];
  for (const example of page.examples) {
    const edit = await whoTook(store, id, example.id);
    const who = edit?.who ?? "somebody";
    const score = example.qualityScore === null ? "" : ` (score ${example.qualityScore})`;
    rows.push({
      at: example.index,
      step: who === "user" ? "by hand" : who,
      why: (whyIn(example.metadata) ?? (who === "user" ? "taken out by hand" : "removed")) + score,
      asked: setLine(example.content, { at: example.index, id: example.id }).asked,
      back: edit === undefined ? null : String(edit.id),
    });
  }
  return { rows, total: page.total, next: page.next };
}

/** A page of them; those that an import left out come first. */
export async function leftOut(
  store: Store,
  set: OpenSet,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<LeftOutPage> {
  const imported = after === undefined ? notImported(set) : [];
  if (set.dataset !== null) {
    const query = { limit, ...(after !== undefined && { after }) };
    const page = await numberedLeft(store, set.dataset.id, query);
    return { ...page, rows: [...imported, ...page.rows], total: page.total + imported.length };
  }
  const drops = await listDrops(store, set.title, { after: Number(after ?? 0), limit });
  const rows = drops
    .filter(({ isUndone }) => !isUndone)
    .map(({ id, position, key, step, reason }): LeftOut => {
      const asked = key === null ? "" : `id ${key}`;
      return { at: position, step, why: reason, asked, back: String(id) };
    });
  const next = drops.length < limit ? null : String(drops.at(-1)?.id ?? 0);
  return { rows: [...imported, ...rows], total: rows.length + imported.length, next };
}
