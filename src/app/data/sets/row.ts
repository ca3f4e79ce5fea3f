// One row of a set of either kind: shown whole with what was done to it, changed, taken out, and all of that undone. A
// change of a kept set makes a version; undoing it makes the version before the newest again.
import { isDeepStrictEqual } from "node:util";
import {
  dropRows,
  editRows,
  type FieldDifference,
  fieldDifferences,
  findVersion,
  noEdits,
  readPage,
  recordText,
  restoreVersion,
  type Store,
} from "../../../store/index.ts";
import {
  type Example,
  type ExampleEdit,
  listEdits,
  readDataset,
  readExampleAt,
  removeExample,
  undoEdit,
  updateExample,
} from "../../../store/platform/index.ts";
import { badExample } from "../../../store/platform/platform-errors.ts";
import { type Said, saidBy } from "../../../synth/rows/row-text.ts";
import type { JsonObject } from "../../../text/types.ts";
import { formattedRow } from "../../platform/row-format.ts";
import { reasonOf, removalIn } from "./left-out.ts";
import { type OpenSet, openSet } from "./open-set.ts";
import { changedMeanwhile, rowChanged, unknownRow } from "./set-errors.ts";

export interface RowEdit {
  /** To be given to `undoChange`; null where it cannot be undone any more. */
  undo: string | null;
  at: string;
  who: string;
  action: string;
  /** Fields of the row that differ. */
  fields: FieldDifference[];
  /** Of a row that was taken out or brought back. */
  status: "active" | "removed";
}

export interface ShownRow {
  at: number;
  id: number | null;
  content: JsonObject;
  said: Said[];
  score: number | null;
  status: "active" | "removed";
  metadata: JsonObject;
  updatedAt: string | null;
  /** Why it is out of the set; null for one that is in it. */
  why: string | null;
  /** Newest first. */
  edits: RowEdit[];
  /** Whether it can be changed: of a version that is not the newest nothing is. */
  isFixed: boolean;
}

async function exampleAt(store: Store, set: OpenSet, at: number): Promise<Example> {
  const found = await readExampleAt(store.db, Number(set.reference), at);
  if (found === undefined) throw unknownRow(set.reference, at);
  return found;
}

const toldEdit = (edit: ExampleEdit): RowEdit => ({
  undo: edit.undoneBy === null ? String(edit.id) : null,
  ...{ at: edit.at, who: edit.who, action: edit.action },
  fields: fieldDifferences(JSON.parse(edit.before.text), JSON.parse(edit.after.text)),
  status: edit.after.status,
});

async function numberedRow(store: Store, set: OpenSet, at: number): Promise<ShownRow> {
  const example = await exampleAt(store, set, at);
  const { id, content, qualityScore: score, status, metadata, updatedAt, datasetId } = example;
  const edits = await listEdits(store, datasetId, { exampleId: id, limit: 50 });
  return {
    ...{ at, id, content, said: saidBy(content), score, status, metadata, updatedAt },
    ...{ edits: edits.map(toldEdit), isFixed: false },
    why: status === "removed" ? reasonOf(example, removalIn(edits)) : null,
  };
}

async function textAt(store: Store, set: OpenSet, at: number): Promise<string> {
  const id = set.version?.version.id ?? 0;
  const [row] = (await readPage(store, id, { after: at - 1, limit: 1 })).rows;
  if (row === undefined || row.position !== at) throw unknownRow(set.reference, at);
  return row.text;
}

async function isNewest(store: Store, { version }: OpenSet): Promise<boolean> {
  if (version === null) return true;
  const { dataset } = await findVersion(store, version.name);
  return dataset.headId === version.version.id;
}

/** Throws FT-DATA-041 where the set has no such row. */
export async function showRow(store: Store, set: OpenSet, at: number): Promise<ShownRow> {
  if (set.version === null) return await numberedRow(store, set, at);
  const content = JSON.parse(await textAt(store, set, at)) as JsonObject;
  return {
    ...{ at, id: null, content, said: saidBy(content), score: null, status: "active" },
    ...{ metadata: {}, updatedAt: null, edits: [], isFixed: !(await isNewest(store, set)) },
    why: null,
  };
}

export interface Changed {
  /** To be given to `undoChange`. */
  undo: string;
}

const versionBefore = (name: string, number: number): string => `sets:${name}@${number}`;

async function requireNewest(store: Store, set: OpenSet) {
  const { version } = set;
  if (version === null || !(await isNewest(store, set))) throw changedMeanwhile(set.reference);
  return version;
}

export interface RowChange {
  content: JsonObject;
  /** What the row was when it was opened: refused where it is something else by now. */
  seen?: JsonObject | undefined;
}

/**
 * Throws FT-PLATFORM-003 for what is not a row of the set's format, FT-DATA-043 for a version that is not the newest,
 * FT-DATA-049 for a row that is not what was seen of it.
 */
export async function changeRow(
  store: Store,
  set: OpenSet,
  at: number,
  { content, seen }: RowChange,
): Promise<Changed> {
  const requireSeen = (now: JsonObject): void => {
    if (seen !== undefined && !isDeepStrictEqual(now, seen)) throw rowChanged(at);
  };
  if (set.dataset !== null) {
    const { format, id } = await readDataset(store, set.dataset.id);
    const read = formattedRow(content, at + 1);
    if ("fault" in read)
      throw badExample(read.fault.why, { line: at + 1, field: read.fault.field || undefined });
    if (read.format !== format)
      throw badExample(`the dataset is in the format ${format}`, { line: at + 1 });
    const example = await exampleAt(store, set, at);
    await updateExample(store, example.id, { content }, { requireBefore: requireSeen });
    return { undo: String((await listEdits(store, id, { limit: 1 }))[0]?.id ?? 0) };
  }
  const { name, version } = await requireNewest(store, set);
  requireSeen(JSON.parse(await textAt(store, set, at)) as JsonObject);
  const edits = noEdits();
  edits.replaced.set(at, recordText(JSON.stringify(content), at + 1));
  const facts = { action: "edit", message: `row ${at + 1} changed by hand` };
  await editRows(store, { name, edits, facts });
  return { undo: versionBefore(name, version.number) };
}

export async function dropRow(store: Store, set: OpenSet, at: number): Promise<Changed> {
  if (set.dataset !== null) {
    const example = await exampleAt(store, set, at);
    await removeExample(store, example.id);
    const [edit] = await listEdits(store, set.dataset.id, { exampleId: example.id, limit: 1 });
    return { undo: String(edit?.id ?? 0) };
  }
  const { name, version } = await requireNewest(store, set);
  await textAt(store, set, at);
  await dropRows(store, name, [{ position: at, reason: "removed by hand" }], "hand");
  return { undo: versionBefore(name, version.number) };
}

/** Throws FT-PLATFORM-006 where the row was changed since, FT-DATA-043 where the set was. */
export async function undoChange(store: Store, set: OpenSet, undo: string): Promise<void> {
  if (set.dataset !== null) {
    await undoEdit(store, Number(undo));
    return;
  }
  const { version: before, title } = await openSet(store, undo);
  const { version: newest } = await findVersion(store, title);
  const isNext = before !== null && newest.parentId === before.version.id;
  if (!isNext || title !== set.title) throw changedMeanwhile(set.reference);
  await restoreVersion(store, `${title}@${before.version.number}`);
}
