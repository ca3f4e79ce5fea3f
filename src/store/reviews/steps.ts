// Steps of a review: what changed about which conversations, so that the newest can always be undone, and done again.
// A step is one transaction. Says nothing of what a good change is.
import { type Database, inTransaction, type Store } from "../store.ts";
import type { FoundStatus } from "../tables.ts";
import { type NewConversation, type ReviewMessage, insertConversations } from "./conversations.ts";
import { nothingToUndo, unknownConversation } from "./review-errors.ts";

/** What of a conversation changes; absent is left alone. */
export interface StateChange {
  status?: FoundStatus;
  messages?: ReviewMessage[];
  begins?: number;
  ends?: number;
  isChanged?: boolean;
}

interface Change {
  ids: number[];
  set: StateChange;
}

export interface NewStep {
  /** In a few words, for whoever reads the history. */
  action: string;
  changes: readonly Change[];
  /** Conversations that there are from now on. */
  added?: readonly NewConversation[];
}

export interface ReviewStep {
  id: number;
  at: number;
  action: string;
  isUndone: boolean;
  /** Conversations that it was about. */
  count: number;
}

/** Ids of one statement. */
const atOnce = 500;

function* chunks(ids: readonly number[]): Generator<number[]> {
  for (let at = 0; at < ids.length; at += atOnce) yield ids.slice(at, at + atOnce);
}

async function apply(db: Database, reviewId: number, changes: readonly Change[]): Promise<void> {
  for (const { ids, set } of changes) {
    const { status, messages, begins, ends, isChanged } = set;
    const values = {
      ...(status !== undefined && { status }),
      ...(messages !== undefined && { messages: JSON.stringify(messages) }),
      ...(begins !== undefined && { begins }),
      ...(ends !== undefined && { ends }),
      ...(isChanged !== undefined && { is_changed: isChanged ? 1 : 0 }),
    };
    for (const some of chunks(ids))
      await db
        .updateTable("review_conversations")
        .set(values)
        .where("review_id", "=", reviewId)
        .where("id", "in", some)
        .execute();
  }
}

/** As things stand: one change for all that are alike in status, one each where words change. */
async function standing(db: Database, reviewId: number, { ids, set }: Change): Promise<Change[]> {
  const isWhole = set.messages !== undefined;
  const byStatus = new Map<FoundStatus, number[]>();
  const whole: Change[] = [];
  for (const some of chunks(ids)) {
    const rows = await db
      .selectFrom("review_conversations")
      .selectAll()
      .where("review_id", "=", reviewId)
      .where("id", "in", some)
      .where("status", "<>", "gone")
      .execute();
    if (rows.length !== some.length) {
      const missing = some.find((id) => !rows.some((row) => row.id === id));
      throw unknownConversation(missing ?? 0);
    }
    for (const { id, status, messages, begins, ends, is_changed } of rows) {
      byStatus.set(status, [...(byStatus.get(status) ?? []), id]);
      if (!isWhole) continue;
      const said = JSON.parse(messages) as ReviewMessage[];
      whole.push({
        ids: [id],
        set: { status, messages: said, begins, ends, isChanged: is_changed === 1 },
      });
    }
  }
  return isWhole ? whole : [...byStatus].map(([status, all]) => ({ ids: all, set: { status } }));
}

/**
 * Does a step. What had been undone before cannot be done again after it. Gives the ids of conversations it added.
 * @throws UsageError FT-REVIEW-002 for a conversation that there is not.
 */
export async function takeStep(
  { db, now }: Store,
  reviewId: number,
  { action, changes, added = [] }: NewStep,
): Promise<number[]> {
  return await inTransaction(db, async (within) => {
    const before: Change[] = [];
    for (const change of changes) before.push(...(await standing(within, reviewId, change)));
    const made = await insertConversations(within, reviewId, added);
    if (made.length > 0) {
      await apply(within, reviewId, [{ ids: made, set: { isChanged: true } }]);
      before.push({ ids: made, set: { status: "gone" } });
    }
    await apply(within, reviewId, changes);
    const here: Change[] = made.length > 0 ? [{ ids: made, set: { status: "open" } }] : [];
    await within
      .deleteFrom("review_steps")
      .where("review_id", "=", reviewId)
      .where("is_undone", "=", 1)
      .execute();
    await within
      .insertInto("review_steps")
      .values({
        ...{ review_id: reviewId, at: now(), action },
        ...{ before: JSON.stringify(before), after: JSON.stringify([...changes, ...here]) },
      })
      .execute();
    return made;
  });
}

async function turn({ db }: Store, reviewId: number, what: "undo" | "redo"): Promise<ReviewStep> {
  const isUndo = what === "undo";
  return await inTransaction(db, async (within) => {
    const step = await within
      .selectFrom("review_steps")
      .selectAll()
      .where("review_id", "=", reviewId)
      .where("is_undone", "=", isUndo ? 0 : 1)
      .orderBy("id", isUndo ? "desc" : "asc")
      .limit(1)
      .executeTakeFirst();
    if (step === undefined) throw nothingToUndo(what);
    const changes = JSON.parse(isUndo ? step.before : step.after) as Change[];
    await apply(within, reviewId, changes);
    await within
      .updateTable("review_steps")
      .set({ is_undone: isUndo ? 1 : 0 })
      .where("id", "=", step.id)
      .execute();
    return stepOf({ ...step, is_undone: isUndo ? 1 : 0 });
  });
}

/** Brings all back to how it was before the newest step. Throws UsageError FT-REVIEW-004. */
export const undoStep = async (store: Store, reviewId: number): Promise<ReviewStep> =>
  await turn(store, reviewId, "undo");

/** Does the step again that was undone last. Throws UsageError FT-REVIEW-004. */
export const redoStep = async (store: Store, reviewId: number): Promise<ReviewStep> =>
  await turn(store, reviewId, "redo");

const stepOf = (row: {
  id: number;
  at: number;
  action: string;
  after: string;
  is_undone: number;
}): ReviewStep => ({
  ...{ id: row.id, at: row.at, action: row.action, isUndone: row.is_undone === 1 },
  count: (JSON.parse(row.after) as Change[]).reduce((sum, { ids }) => sum + ids.length, 0),
});

/** Newest first. */
export async function listSteps(db: Database, reviewId: number, limit = 50): Promise<ReviewStep[]> {
  const rows = await db
    .selectFrom("review_steps")
    .select(["id", "at", "action", "after", "is_undone"])
    .where("review_id", "=", reviewId)
    .orderBy("id", "desc")
    .limit(limit)
    .execute();
  return rows.map(stepOf);
}
