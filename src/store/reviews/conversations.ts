// Conversations of a review: their places in a document, page by page. How they change is steps.ts.
import type { Selectable } from "kysely";
import { sql } from "kysely";
import type { Database, Store } from "../store.ts";
import type { FoundStatus, ReviewConversationsTable } from "../tables.ts";
import { unknownConversation } from "./review-errors.ts";

/** What someone says: slices of the document's text, which joined by a line break are the words. */
export interface ReviewMessage {
  role: "system" | "user" | "assistant" | "tool";
  name?: string;
  spans: (readonly [start: number, end: number])[];
}

export interface ReviewConversation {
  id: number;
  sourceId: number;
  begins: number;
  ends: number;
  rule: string;
  confidence: number;
  status: FoundStatus;
  messages: ReviewMessage[];
  /** Whether a person has changed it. */
  isChanged: boolean;
}

export type NewConversation = Omit<ReviewConversation, "id" | "status" | "isChanged">;

export function conversationOf(row: Selectable<ReviewConversationsTable>): ReviewConversation {
  const { id, source_id: sourceId, begins, ends, rule, confidence, status } = row;
  const messages = JSON.parse(row.messages) as ReviewMessage[];
  const isChanged = row.is_changed === 1;
  return { id, sourceId, begins, ends, rule, confidence, status, messages, isChanged };
}

/** From the first place to the last. */
export function extentOf(messages: readonly ReviewMessage[]): { begins: number; ends: number } {
  const places = messages.flatMap(({ spans }) => spans);
  return {
    begins: Math.min(...places.map(([start]) => start)),
    ends: Math.max(...places.map(([, end]) => end)),
  };
}

export async function insertConversations(
  db: Database,
  reviewId: number,
  found: readonly NewConversation[],
  status: FoundStatus = "open",
): Promise<number[]> {
  const ids: number[] = [];
  // SQLite takes 32,766 values in one statement
  for (let at = 0; at < found.length; at += 500) {
    const rows = await db
      .insertInto("review_conversations")
      .values(
        found.slice(at, at + 500).map(({ sourceId, messages, ...one }) => ({
          ...{ review_id: reviewId, source_id: sourceId, status },
          ...one,
          messages: JSON.stringify(messages),
        })),
      )
      .returning("id")
      .execute();
    ids.push(...rows.map(({ id }) => id));
  }
  return ids;
}

export interface ConversationQuery {
  status?: Exclude<FoundStatus, "gone"> | undefined;
  sourceId?: number | undefined;
  rule?: string | undefined;
  /** By place in the documents, or the least certain first. */
  sort: "place" | "certainty";
  /** What the page before said in `next`. */
  after?: string | undefined;
  limit: number;
}

export interface ConversationPage {
  conversations: ReviewConversation[];
  next: string | null;
}

const numbersIn = (after: string): number[] =>
  after.split(":").map((one) => (Number.isFinite(Number(one)) ? Number(one) : 0));

function filtered({ db }: Store, reviewId: number, query: ConversationQuery) {
  const { status, sourceId, rule, sort, after } = query;
  const [first = 0, second = 0, third = 0] = after === undefined ? [] : numbersIn(after);
  const behind =
    sort === "place"
      ? sql<boolean>`(source_id, begins, id) > (${first}, ${second}, ${third})`
      : sql<boolean>`(confidence, id) > (${first}, ${second})`;
  return db
    .selectFrom("review_conversations")
    .selectAll()
    .where("review_id", "=", reviewId)
    .where("status", "<>", "gone")
    .$if(status !== undefined, (found) => found.where("status", "=", status as FoundStatus))
    .$if(sourceId !== undefined, (found) => found.where("source_id", "=", sourceId as number))
    .$if(rule !== undefined, (found) => found.where("rule", "=", rule as string))
    .$if(after !== undefined, (found) => found.where(behind));
}

export async function listConversations(
  store: Store,
  reviewId: number,
  query: ConversationQuery,
): Promise<ConversationPage> {
  const { sort, limit } = query;
  const all = filtered(store, reviewId, query);
  const ordered =
    sort === "place"
      ? all.orderBy("source_id").orderBy("begins").orderBy("id")
      : all.orderBy("confidence").orderBy("id");
  const rows = await ordered.limit(limit + 1).execute();
  const conversations = rows.slice(0, limit).map(conversationOf);
  const last = conversations.at(-1);
  const isMore = rows.length > limit && last !== undefined;
  const place = isMore
    ? sort === "place"
      ? [last.sourceId, last.begins, last.id]
      : [last.confidence, last.id]
    : undefined;
  return { conversations, next: place?.join(":") ?? null };
}

interface Place {
  sourceId: number;
  begins: number;
}

/** Those of the places at which a conversation begins. */
export async function takenPlaces(
  db: Database,
  reviewId: number,
  places: readonly Place[],
): Promise<Place[]> {
  if (places.length === 0) return [];
  const sources = [...new Set(places.map(({ sourceId }) => sourceId))];
  const rows = await db
    .selectFrom("review_conversations")
    .select(["source_id", "begins"])
    .where("review_id", "=", reviewId)
    .where("status", "<>", "gone")
    .where("source_id", "in", sources)
    .where("begins", "in", [...new Set(places.map(({ begins }) => begins))])
    .execute();
  return rows.map(({ source_id: sourceId, begins }) => ({ sourceId, begins }));
}

/** Throws UsageError FT-REVIEW-002, for one that is gone too. */
export async function readConversation(
  db: Database,
  reviewId: number,
  id: number,
): Promise<ReviewConversation> {
  const row = await db
    .selectFrom("review_conversations")
    .selectAll()
    .where("review_id", "=", reviewId)
    .where("id", "=", id)
    .where("status", "<>", "gone")
    .executeTakeFirst();
  if (row === undefined) throw unknownConversation(id);
  return conversationOf(row);
}

/** Those with words between two places of a document. */
export async function conversationsBetween(
  db: Database,
  sourceId: number,
  [start, end]: readonly [number, number],
  limit: number,
): Promise<ReviewConversation[]> {
  const rows = await db
    .selectFrom("review_conversations")
    .selectAll()
    .where("source_id", "=", sourceId)
    .where("status", "<>", "gone")
    .where("begins", "<", end)
    .where("ends", ">", start)
    .orderBy("begins")
    .limit(limit)
    .execute();
  return rows.map(conversationOf);
}

/** The one behind another in its document. */
export async function conversationBehind(
  db: Database,
  { sourceId, begins, id }: ReviewConversation,
): Promise<ReviewConversation | undefined> {
  const row = await db
    .selectFrom("review_conversations")
    .selectAll()
    .where("source_id", "=", sourceId)
    .where("status", "<>", "gone")
    .where(sql<boolean>`(begins, id) > (${begins}, ${id})`)
    .orderBy("begins")
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
  return row && conversationOf(row);
}

export async function idsOf(
  db: Database,
  reviewId: number,
  { leastConfidence, sourceId }: { leastConfidence: number; sourceId?: number | undefined },
): Promise<number[]> {
  const rows = await db
    .selectFrom("review_conversations")
    .select("id")
    .where("review_id", "=", reviewId)
    .where("status", "=", "open")
    .where("confidence", ">=", leastConfidence)
    .$if(sourceId !== undefined, (found) => found.where("source_id", "=", sourceId as number))
    .orderBy("id")
    .execute();
  return rows.map(({ id }) => id);
}
