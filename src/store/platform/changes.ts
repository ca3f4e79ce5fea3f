// A change of one example, in the transaction of whoever makes it: the row, its counters and words, what becomes of its
// line in the file, and the history. Nothing is written to files here; files.ts does that when the transaction has ended.
import type { Selectable } from "kysely";
import { type Database, inTransaction } from "../store.ts";
import type { EditAction, ExamplesTable } from "../tables.ts";
import { tellAppended } from "./appended.ts";
import { countInBlocks, offsetOfLine } from "./blocks.ts";
import {
  type Example,
  exampleOf,
  type ExampleStatus,
  storedExample,
  touchDataset,
} from "./examples.ts";
import { fileRow } from "./file-state.ts";
import { badScore } from "./platform-errors.ts";
import { timestamp } from "./timestamps.ts";
import { type JsonObject, jsonObject, lineText } from "./values.ts";
import { indexAgain } from "./words.ts";

export type { EditAction };

export interface ExampleChanges {
  content?: Readonly<JsonObject> | string | undefined;
  /** 0 to 10; null takes it away. */
  qualityScore?: number | null | undefined;
  status?: ExampleStatus | undefined;
  metadata?: Readonly<JsonObject> | undefined;
}

export interface EditFacts {
  /** "user" unless said. */
  who?: string | undefined;
  now?: number | undefined;
  /** Looks, within the change, at what the example was; throws where it must not be changed. */
  requireBefore?: ((content: JsonObject) => void) | undefined;
}

/** What an example was or became. The text is that of its line, letter by letter. */
export interface ExampleState {
  text: string;
  qualityScore: number | null;
  status: ExampleStatus;
  metadata: JsonObject;
}

export const stateOf = (row: Selectable<ExamplesTable>): ExampleState => ({
  text: row.content,
  qualityScore: row.quality_score,
  status: row.status,
  metadata: jsonObject(row.metadata),
});

export const sameState = (a: ExampleState, b: ExampleState): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

function changedState(before: ExampleState, changes: ExampleChanges): ExampleState {
  const { qualityScore = before.qualityScore } = changes;
  const isScore =
    qualityScore === null ||
    (typeof qualityScore === "number" && qualityScore >= 0 && qualityScore <= 10);
  if (!isScore) throw badScore(qualityScore);
  return {
    text: changes.content === undefined ? before.text : lineText(changes.content),
    qualityScore,
    status: changes.status ?? before.status,
    metadata: { ...(changes.metadata ?? before.metadata) },
  };
}

const lineBytes = ({ text, status }: ExampleState): number =>
  status === "active" ? Buffer.byteLength(text) + 1 : 0;

const actionOf = (before: ExampleState, after: ExampleState): EditAction =>
  before.status === after.status ? "edit" : after.status === "removed" ? "remove" : "restore";

/** Records what becomes of the line in a file that has it, before the row is changed. */
async function recordLine(
  db: Database,
  row: Selectable<ExamplesTable>,
  { revision, before, after }: { revision: number; before: ExampleState; after: ExampleState },
): Promise<void> {
  const file = await fileRow(db, row.dataset_id);
  if (file === undefined) return;
  const covered = Math.max(file.writtenIndex, file.intent?.index ?? -1);
  if (row.example_index > covered) return;
  await db
    .insertInto("file_changes")
    .values({
      dataset_id: row.dataset_id,
      revision,
      example_id: row.id,
      offset: await offsetOfLine(db, row.dataset_id, row.example_index),
      old_bytes: lineBytes(before),
      new_bytes: lineBytes(after),
    })
    .execute();
}

async function applyState(
  db: Database,
  row: Selectable<ExamplesTable>,
  after: ExampleState,
  at: string,
): Promise<void> {
  const before = stateOf(row);
  const more = Number(after.status === "active") - Number(before.status === "active");
  if (lineBytes(before) > 0 || lineBytes(after) > 0) {
    const isSameLine = before.text === after.text && more === 0;
    if (!isSameLine) {
      const revision = await touchDataset(db, row.dataset_id, { more, at });
      await recordLine(db, row, { revision, before, after });
    }
  }
  await db
    .updateTable("examples")
    .set({
      content: after.text,
      quality_score: after.qualityScore,
      status: after.status,
      metadata: JSON.stringify(after.metadata),
      updated_at: at,
    })
    .where("id", "=", row.id)
    .execute();
  const bytes = lineBytes(after) - lineBytes(before);
  await countInBlocks(db, row.dataset_id, [
    { index: row.example_index, active: more, removed: -more, bytes },
  ]);
  if (before.text === after.text) return;
  const { id, dataset_id: datasetId, example_index: index } = row;
  await indexAgain(db, { id, datasetId, index, content: after.text });
}

export interface ChangedExample {
  example: Example;
  /** Null when nothing is other than before. */
  editId: number | null;
}

/**
 * Changes an example in the transaction of `db`; the file follows when it has ended. Throws FT-PLATFORM-002, -003 and
 * -008.
 */
export async function changeExample(
  db: Database,
  id: number,
  changes: ExampleChanges,
  { who = "user", now = Date.now(), requireBefore }: EditFacts = {},
): Promise<ChangedExample> {
  return await inTransaction(db, async (transaction) => {
    const row = await storedExample(transaction, id);
    const before = stateOf(row);
    requireBefore?.(JSON.parse(before.text) as JsonObject);
    const after = changedState(before, changes);
    if (sameState(before, after)) return { example: exampleOf(row), editId: null };
    const action = actionOf(before, after);
    return await writeEdit(transaction, row, {
      after,
      who,
      at: timestamp(now),
      action,
      undoes: null,
    });
  });
}

interface EditToWrite {
  after: ExampleState;
  who: string;
  at: string;
  action: EditAction;
  undoes: number | null;
}

/** Writes a change and its line of the history. */
export async function writeEdit(
  db: Database,
  row: Selectable<ExamplesTable>,
  { after, who, at, action, undoes }: EditToWrite,
): Promise<ChangedExample> {
  await applyState(db, row, after, at);
  const { id: editId } = await db
    .insertInto("example_edits")
    .values({
      example_id: row.id,
      dataset_id: row.dataset_id,
      at,
      who,
      action,
      before: JSON.stringify(stateOf(row)),
      after: JSON.stringify(after),
      undoes,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  tellAppended();
  return { example: exampleOf(await storedExample(db, row.id)), editId };
}
