// Changes of examples as a person makes them, row and line of the file together; their history, and back again.
import { type Database, inTransaction, type Store } from "../store.ts";
import type { EditAction } from "../tables.ts";
import {
  changeExample,
  type ChangedExample,
  type EditFacts,
  type ExampleChanges,
  type ExampleState,
  sameState,
  stateOf,
  writeEdit,
} from "./changes.ts";
import { storedExample } from "./examples.ts";
import { fileInStep } from "./files.ts";
import { changedSince, fileNotTakenOver, unknownEdit, unknownExample } from "./platform-errors.ts";
import { timestamp } from "./timestamps.ts";

export interface ExampleEdit {
  id: number;
  exampleId: number;
  datasetId: number;
  /** ISO 8601, UTC. */
  at: string;
  who: string;
  action: EditAction;
  before: ExampleState;
  after: ExampleState;
  /** The edit that this one undid. */
  undoes: number | null;
  /** The edit that undid this one. */
  undoneBy: number | null;
}

/** Takes over what somebody did to the file, so that the change is of what is there. */
async function fileTakenOver(store: Store, datasetId: number): Promise<void> {
  const { state, path, reason = "" } = await fileInStep(store, datasetId);
  if (state === "changed") throw fileNotTakenOver(path, reason);
}

async function changing(
  store: Store,
  datasetId: number,
  change: (db: Database) => Promise<ChangedExample>,
): Promise<ChangedExample> {
  await fileTakenOver(store, datasetId);
  const changed = await inTransaction(store.db, change);
  await fileInStep(store, datasetId);
  return changed;
}

/**
 * Changes an example and its line in the file. When this returns, both are; a crash in between is made good by
 * `syncPlatformFiles`. Throws FT-PLATFORM-002, -003, -005 and -008.
 */
export async function updateExample(
  store: Store,
  id: number,
  changes: ExampleChanges,
  facts: EditFacts = {},
): Promise<ChangedExample> {
  const { dataset_id: datasetId } = await storedExample(store.db, id);
  const told = { now: store.now(), ...facts };
  return await changing(store, datasetId, (db) => changeExample(db, id, changes, told));
}

/** Takes an example out of the list and its line out of the file; the row stays. Throws as `updateExample`. */
export async function removeExample(
  store: Store,
  id: number,
  facts: EditFacts = {},
): Promise<ChangedExample> {
  const { status } = await storedExample(store.db, id);
  if (status === "removed") throw unknownExample(id);
  return await updateExample(store, id, { status: "removed" }, facts);
}

/** Brings a removed example back to its place. */
export async function restoreExample(
  store: Store,
  id: number,
  facts: EditFacts = {},
): Promise<ChangedExample> {
  return await updateExample(store, id, { status: "active" }, facts);
}

const editsOf = (db: Database) =>
  db
    .selectFrom("example_edits")
    .leftJoin("example_edits as later", "later.undoes", "example_edits.id")
    .selectAll("example_edits")
    .select("later.id as undone_by");

type StoredEdit = Awaited<ReturnType<ReturnType<typeof editsOf>["executeTakeFirstOrThrow"]>>;

const editOf = (row: StoredEdit): ExampleEdit => ({
  id: row.id,
  exampleId: row.example_id,
  datasetId: row.dataset_id,
  at: row.at,
  who: row.who,
  action: row.action,
  before: JSON.parse(row.before) as ExampleState,
  after: JSON.parse(row.after) as ExampleState,
  undoes: row.undoes,
  undoneBy: row.undone_by,
});

export interface EditQuery {
  /** Edits of this example only. */
  exampleId?: number | undefined;
  /** Edits before this one. */
  before?: number | undefined;
  /** 100 unless said. */
  limit?: number | undefined;
}

/** Edits of a dataset, newest first. */
export async function listEdits(
  { db }: Pick<Store, "db">,
  datasetId: number,
  { exampleId, before, limit = 100 }: EditQuery = {},
): Promise<ExampleEdit[]> {
  const rows = await editsOf(db)
    .where("example_edits.dataset_id", "=", datasetId)
    .$if(exampleId !== undefined, (query) =>
      query.where("example_edits.example_id", "=", exampleId as number),
    )
    .$if(before !== undefined, (query) => query.where("example_edits.id", "<", before as number))
    .orderBy("example_edits.id", "desc")
    .limit(limit)
    .execute();
  return rows.map(editOf);
}

async function editToUndo(db: Database, editId: number): Promise<ExampleEdit> {
  const row = await editsOf(db).where("example_edits.id", "=", editId).executeTakeFirst();
  if (row === undefined || row.undone_by !== null) throw unknownEdit(editId);
  return editOf(row);
}

/**
 * Brings an example back to what it was before an edit; that is an edit too, and can be undone. Throws FT-PLATFORM-006
 * where it was changed since, -007 where there is no such edit.
 */
export async function undoEdit(
  store: Store,
  editId: number,
  { who = "user", now = store.now() }: EditFacts = {},
): Promise<ChangedExample> {
  const { datasetId } = await editToUndo(store.db, editId);
  return await changing(store, datasetId, async (db) => {
    const { exampleId, before, after } = await editToUndo(db, editId);
    const row = await storedExample(db, exampleId);
    if (!sameState(stateOf(row), after)) throw changedSince(editId);
    const at = timestamp(now);
    return await writeEdit(db, row, { after: before, who, at, action: "undo", undoes: editId });
  });
}
