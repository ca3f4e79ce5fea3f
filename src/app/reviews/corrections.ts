// What a person does to conversations that were found: accepts, rejects, corrects, splits, joins, adds. What comes of it
// is slices of the document too: words that stand nowhere cannot come in. Each is one step that can be undone.
import type { Environment } from "../../core/paths.ts";
import type { Store } from "../../store/index.ts";
import {
  badCorrection,
  conversationBehind,
  extentOf,
  idsOf,
  notNow,
  readConversation,
  type ReviewConversation,
  type ReviewMessage,
  takeStep,
} from "../../store/reviews/index.ts";
import { isVerbatimConversation } from "../../synth/identify/check.ts";
import { textPath } from "./review-files.ts";
import { SourceText } from "./source-text.ts";

export interface ReviewPlace {
  environment: Environment;
  store: Store;
  reviewId: number;
}

/** A message with its words. */
export interface SaidInReview extends ReviewMessage {
  content: string;
}

/** The words at a message's places. */
export const wordsOf = (text: SourceText, { spans }: ReviewMessage): string =>
  spans.map(([start, end]) => text.slice(start, end) ?? "").join("\n");

/** The text of a document of a review. */
export const textOf = ({ environment, reviewId }: ReviewPlace, sourceId: number): SourceText =>
  new SourceText(textPath(environment, reviewId, sourceId));

const bound = (start: number, end: number, text: SourceText): boolean =>
  Number.isSafeInteger(start) && Number.isSafeInteger(end) && start < end && end <= text.length;

/** Throws DataError FT-REVIEW-003. */
function requireSlices(messages: readonly ReviewMessage[], text: SourceText): void {
  if (messages.length === 0) throw badCorrection("messages", "there is no message");
  for (const [at, { spans }] of messages.entries()) {
    const field = `messages.${at}.spans`;
    if (!spans.every(([start, end]) => bound(start, end, text)))
      throw badCorrection(field, `the text has ${text.length} characters`);
    if (wordsOf(text, messages[at]!).trim() === "")
      throw badCorrection(field, "there are no words in it");
  }
  const said = messages.map((one) => ({ ...one, content: wordsOf(text, one) }));
  const slice = (start: number, end: number): string | undefined => text.slice(start, end);
  if (!isVerbatimConversation({ messages: said }, slice))
    throw badCorrection("messages", "places must be in order, and no two messages share words");
}

/** Blanks at the edges of a place are nobody's words. */
function trimmed(messages: readonly ReviewMessage[], text: SourceText): ReviewMessage[] {
  return messages.map((message) => ({
    ...message,
    spans: message.spans.flatMap(([start, end]) => {
      if (!bound(start, end, text)) return [[start, end] as const];
      const words = text.slice(start, end) ?? "";
      if (words.trim() === "") return [];
      const from = start + (words.length - words.trimStart().length);
      return [[from, end - (words.length - words.trimEnd().length)] as const];
    }),
  }));
}

export type Verdict = "open" | "accepted" | "rejected";

const verdictWords: Record<Verdict, string> = {
  open: "Reopened",
  accepted: "Accepted",
  rejected: "Rejected",
};

/** Throws UsageError FT-REVIEW-002. */
export async function decide(
  { store, reviewId }: ReviewPlace,
  ids: readonly number[],
  status: Verdict,
): Promise<number> {
  const all = [...new Set(ids)];
  if (all.length === 0) return 0;
  await takeStep(store, reviewId, {
    action: `${verdictWords[status]} ${all.length === 1 ? "a conversation" : `${all.length} conversations`}`,
    changes: [{ ids: all, set: { status } }],
  });
  return all.length;
}

/** Of all that nobody has decided, those of which a rule is so sure. */
export async function decideAll(
  place: ReviewPlace,
  of: { leastConfidence: number; sourceId?: number | undefined },
  status: Verdict,
): Promise<number> {
  return await decide(place, await idsOf(place.store.db, place.reviewId, of), status);
}

/** Other roles, names or places. Throws FT-REVIEW-002, DataError FT-REVIEW-003. */
export async function correct(
  place: ReviewPlace,
  id: number,
  given: readonly ReviewMessage[],
): Promise<ReviewConversation> {
  const { store, reviewId } = place;
  const { sourceId, status } = await readConversation(store.db, reviewId, id);
  using text = textOf(place, sourceId);
  const messages = trimmed(given, text);
  requireSlices(messages, text);
  const set = { status, messages, ...extentOf(messages), isChanged: true };
  await takeStep(store, reviewId, {
    action: "Corrected a conversation",
    changes: [{ ids: [id], set }],
  });
  return await readConversation(store.db, reviewId, id);
}

/** In two: messages from `at` on are the second. Gives both. Throws FT-REVIEW-002, FT-REVIEW-003. */
export async function split(
  { store, reviewId }: ReviewPlace,
  id: number,
  at: number,
): Promise<[ReviewConversation, ReviewConversation]> {
  const whole = await readConversation(store.db, reviewId, id);
  const [first, second] = [whole.messages.slice(0, at), whole.messages.slice(at)];
  if (first.length === 0 || second.length === 0)
    throw badCorrection(
      "at",
      `it has ${whole.messages.length} messages: there must be some in both`,
    );
  const { sourceId, rule, confidence, status } = whole;
  const set = { status, messages: first, ...extentOf(first), isChanged: true };
  const more = { sourceId, rule, confidence, messages: second, ...extentOf(second) };
  const [made = 0] = await takeStep(store, reviewId, {
    action: "Split a conversation",
    changes: [{ ids: [id], set }],
    added: [more],
  });
  const both = [id, made].map((one) => readConversation(store.db, reviewId, one));
  return (await Promise.all(both)) as [ReviewConversation, ReviewConversation];
}

/** With the one behind it in the document. Throws FT-REVIEW-002, -003; FT-REVIEW-005 where there is none. */
export async function join(place: ReviewPlace, id: number): Promise<ReviewConversation> {
  const { store, reviewId } = place;
  const first = await readConversation(store.db, reviewId, id);
  const second = await conversationBehind(store.db, first);
  if (second === undefined)
    throw notNow("there is no conversation behind this one", "Join the one before with it");
  const messages = [...first.messages, ...second.messages];
  using text = textOf(place, first.sourceId);
  requireSlices(messages, text);
  const { status } = first;
  const set = { status, messages, ...extentOf(messages), isChanged: true };
  await takeStep(store, reviewId, {
    action: "Joined two conversations",
    changes: [
      { ids: [id], set },
      { ids: [second.id], set: { status: "gone" } },
    ],
  });
  return await readConversation(store.db, reviewId, id);
}

/** One that no rule has found. Throws DataError FT-REVIEW-003. */
export async function add(
  place: ReviewPlace,
  sourceId: number,
  given: readonly ReviewMessage[],
): Promise<ReviewConversation> {
  const { store, reviewId } = place;
  using text = textOf(place, sourceId);
  const messages = trimmed(given, text);
  requireSlices(messages, text);
  const one = { sourceId, ...extentOf(messages), rule: "by-hand", confidence: 1, messages };
  const [made = 0] = await takeStep(store, reviewId, {
    ...{ action: "Added a conversation", changes: [], added: [one] },
  });
  return await readConversation(store.db, reviewId, made);
}

/** What would keep a model from learning of it, in words; empty where nothing would. */
export function problemsOf(messages: readonly ReviewMessage[]): string[] {
  const said = messages.filter(({ role }) => role !== "system");
  const problems: string[] = [];
  if (!said.some(({ role }) => role === "assistant")) problems.push("it has no answer");
  if (said[0]?.role === "assistant") problems.push("it starts with an answer");
  if (said.at(-1)?.role === "user") problems.push("the last question has no answer");
  if (said.some(({ role }, at) => at > 0 && role === said[at - 1]?.role && role !== "tool"))
    problems.push("two consecutive messages of the same role");
  return problems;
}
