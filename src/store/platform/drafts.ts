// Datasets in the making: filled in several transactions, seen by nobody, there whole or not at all. What a killed
// process leaves of one is removed.
import { isAlive, type ProcessIdentity, thisProcess } from "../../core/process-alive.ts";
import { type Database, inTransaction, type Store } from "../store.ts";
import { bytesOfFile } from "./blocks.ts";
import {
  createDataset,
  type NewDataset,
  type PlatformDataset,
  readDataset,
  type StoreOrTransaction,
} from "./datasets.ts";
import { appendExamples, lastIndex, type NewExample } from "./examples.ts";
import { DRAFT, sizeIn } from "./file-state.ts";

const rowsAtOnce = 1000;

async function show(db: Database, id: number, isShown: boolean): Promise<void> {
  const writer = isShown ? null : JSON.stringify(thisProcess());
  await db
    .updateTable("dataset_states")
    .set({ removed_at: isShown ? null : DRAFT, writer })
    .where("dataset_id", "=", id)
    .execute();
}

export interface FilledDataset {
  wanted: NewDataset;
  examples: AsyncIterable<NewExample> | Iterable<NewExample>;
  /** Runs in the transaction that makes it seen. */
  also?: (db: Database, id: number) => Promise<void>;
}

/** Makes a dataset with its examples, at flat memory: there whole or not at all. Its file comes with `fileInStep`. */
export async function createFilledDataset(
  store: StoreOrTransaction,
  { wanted, examples, also }: FilledDataset,
): Promise<PlatformDataset> {
  const { db, now } = store;
  const { id } = await inTransaction(db, async (transaction) => {
    const made = await createDataset({ db: transaction, now }, wanted);
    await show(transaction, made.id, false);
    return made;
  });
  try {
    let waiting: NewExample[] = [];
    const add = async (): Promise<void> => {
      const rows = waiting;
      waiting = [];
      await inTransaction(db, (transaction) => addToDraft(transaction, id, rows, now()));
    };
    for await (const example of examples) {
      waiting.push(example);
      if (waiting.length >= rowsAtOnce) await add();
    }
    await add();
    return await inTransaction(db, async (transaction) => {
      await show(transaction, id, true);
      await also?.(transaction, id);
      return await readDataset({ db: transaction }, id);
    });
  } catch (error) {
    await removeDraft(db, id);
    throw error;
  }
}

/** Seen while it is added to, by this transaction alone. */
async function addToDraft(
  db: Database,
  id: number,
  rows: readonly NewExample[],
  now: number,
): Promise<void> {
  if (rows.length === 0) return;
  await show(db, id, true);
  await appendExamples(db, id, rows, now);
  await show(db, id, false);
}

async function removeDraft(db: Database, id: number): Promise<void> {
  await inTransaction(db, async (transaction) => {
    await transaction.deleteFrom("example_blocks").where("dataset_id", "=", id).execute();
    await transaction.deleteFrom("examples").where("dataset_id", "=", id).execute();
    await transaction.deleteFrom("dataset_states").where("dataset_id", "=", id).execute();
    await transaction.deleteFrom("datasets").where("id", "=", id).execute();
  });
}

/** Removes what killed processes have left. */
export async function removeAbandonedDrafts({ db }: Store): Promise<void> {
  const drafts = await db
    .selectFrom("dataset_states")
    .select(["dataset_id", "writer"])
    .where("removed_at", "=", DRAFT)
    .execute();
  for (const { dataset_id: id, writer } of drafts) {
    const isUnderWay = writer !== null && isAlive(JSON.parse(writer) as ProcessIdentity);
    if (!isUnderWay) await removeDraft(db, id);
  }
}

export interface TakenFile {
  path: string;
  /** As it was before it was read (`printOf`). */
  print: string;
  /** Its lines are just as the store writes them. */
  isPlain: boolean;
}

/** Notes, for `also`, that a file with all the rows of a new dataset is there already. */
export async function fileIsThere(db: Database, id: number, file: TakenFile): Promise<void> {
  const bytes = await bytesOfFile(db, id);
  const isWhole = file.isPlain && bytes === sizeIn(file.print);
  const index = await lastIndex(db, id);
  await db
    .updateTable("dataset_states")
    .set((set) => ({
      written_print: file.print,
      written_bytes: isWhole ? bytes : 0,
      written_index: isWhole ? index : -1,
      written_revision: isWhole ? set.ref("revision") : null,
    }))
    .where("dataset_id", "=", id)
    .execute();
}
