// Conversations of a review: page by page, one with its words, the text around it by ranges; what is done to them.
import { z } from "zod";
import {
  add,
  correct,
  decide,
  decideAll,
  join,
  problemsOf,
  type ReviewPlace,
  split,
  textOf,
  wordsOf,
} from "../../app/reviews/corrections.ts";
import {
  conversationsBetween,
  listConversations,
  listSources,
  listSteps,
  readConversation,
  readReview,
  redoStep,
  type ReviewConversation,
  type ReviewStep,
  statusCounts,
  undoStep,
} from "../../store/reviews/index.ts";
import { notFound } from "../http/errors.ts";
import { defineRoute, type Route } from "../route.ts";
import type { Studio } from "../studio.ts";
import { Paging, PathNumber, Time, timeOf } from "./shared.ts";

const numbered = z.object({ id: PathNumber });
const one = z.object({ id: PathNumber, conversation: PathNumber });

export const place = z.int().min(0);
const Span = z
  .tuple([place, place])
  .describe("Range of UTF-16 code units in the text, end exclusive");
const role = z.enum(["system", "user", "assistant", "tool"]);

export const Message = z.object({
  role,
  name: z.string().max(300).optional().describe("Name of the speaker as written in the document"),
  spans: z.array(Span).min(1).max(2000),
});

const Said = z.object({ ...Message.shape, content: z.string() });

const status = z.enum(["open", "accepted", "rejected"]);

const Facts = {
  id: z.int(),
  source_id: z.int(),
  begins: place,
  ends: place,
  rule: z.string().describe("Rule that found it"),
  confidence: z.number().describe("Confidence of that rule, 0 to 1"),
  status,
  is_changed: z.boolean().describe("Whether a person has changed it"),
  problems: z.array(z.string()).describe("Problems that make it unusable for training"),
};

const Line = z
  .object({ ...Facts, turns: z.int(), opening: z.string().describe("Its first words") })
  .meta({ id: "ReviewLine" });

const Conversation = z
  .object({ ...Facts, messages: z.array(Said) })
  .meta({ id: "ReviewConversation" });

/** Characters of an opening. */
const shown = 160;

const factsOf = (found: ReviewConversation) => ({
  ...{ id: found.id, source_id: found.sourceId, begins: found.begins, ends: found.ends },
  ...{ rule: found.rule, confidence: found.confidence, is_changed: found.isChanged },
  status: found.status as z.infer<typeof status>,
  problems: problemsOf(found.messages),
});

const placeOf = ({ environment, store }: Studio, reviewId: number): ReviewPlace => ({
  ...{ environment, store, reviewId },
});

function toldLine(studio: Studio, reviewId: number, found: ReviewConversation) {
  using text = textOf(placeOf(studio, reviewId), found.sourceId);
  const [first] = found.messages;
  const [start, end] = first?.spans[0] ?? [0, 0];
  const opening = text.upTo(start, Math.min(end, start + shown));
  return { ...factsOf(found), turns: found.messages.length, opening };
}

function told(studio: Studio, reviewId: number, found: ReviewConversation) {
  using text = textOf(placeOf(studio, reviewId), found.sourceId);
  const messages = found.messages.map((message) => ({
    ...message,
    spans: message.spans.map(([start, end]): [number, number] => [start, end]),
    content: wordsOf(text, message),
  }));
  return { ...factsOf(found), messages };
}

const list = defineRoute({
  method: "GET",
  path: "/api/v1/reviews/{id}/conversations",
  about: "List conversations by position in the documents, or least certain first",
  params: numbered,
  query: z.object({
    status: status.optional(),
    source: z.coerce.number().int().min(1).optional().describe("Only those of this document"),
    rule: z.string().max(100).optional().describe("Only those that this rule found"),
    sort: z.enum(["place", "certainty"]).default("place"),
    after: z.string().max(100).optional().describe("Cursor: the next of the page before"),
    limit: Paging.limit,
  }),
  answers: {
    200: z
      .object({ conversations: z.array(Line), next: z.string().nullable() })
      .meta({ id: "ReviewLines" }),
  },
  run: async (studio, { params, query }) => {
    await readReview(studio.store.db, params.id);
    const { source: sourceId, ...rest } = query;
    const page = await listConversations(studio.store, params.id, { ...rest, sourceId });
    const conversations = page.conversations.map((found) => toldLine(studio, params.id, found));
    return { conversations, next: page.next };
  },
});

const show = defineRoute({
  method: "GET",
  path: "/api/v1/reviews/{id}/conversations/{conversation}",
  about: "Get a conversation with its text and its positions in the document",
  params: one,
  answers: { 200: Conversation },
  run: async (studio, { params: { id, conversation } }) =>
    told(studio, id, await readConversation(studio.store.db, id, conversation)),
});

/** UTF-16 units of one answer. */
const longest = 65_536;
const mostMarks = 500;

const text = defineRoute({
  method: "GET",
  path: "/api/v1/reviews/{id}/sources/{source}/text",
  about: `Get a range of a document's text, ${longest} code units at most, with the conversations in it`,
  params: z.object({ id: PathNumber, source: PathNumber }),
  query: z.object({
    start: z.coerce.number().int().min(0).default(0).describe("In UTF-16 code units"),
    end: z.coerce.number().int().min(0).default(longest),
  }),
  answers: {
    200: z
      .object({
        start: place,
        end: place,
        length: place.describe("Length of the whole text"),
        text: z.string(),
        marks: z.array(
          z.object({
            id: z.int(),
            status,
            messages: z.array(z.object({ role, spans: z.array(Span) })),
          }),
        ),
      })
      .meta({ id: "SourceText" }),
  },
  run: async (studio, { params, query }) => {
    const sources = await listSources(studio.store.db, params.id);
    const known = sources.find(({ id }) => id === params.source);
    if (known === undefined) throw notFound(`there is no document ${params.source}`);
    using whole = textOf(placeOf(studio, params.id), known.id);
    const start = Math.min(query.start, whole.length);
    const end = Math.max(start, Math.min(query.end, start + longest, whole.length));
    const marks = await conversationsBetween(studio.store.db, known.id, [start, end], mostMarks);
    return {
      ...{ start, end, length: whole.length, text: whole.upTo(start, end) },
      marks: marks.map((found) => ({
        id: found.id,
        status: found.status as z.infer<typeof status>,
        messages: found.messages.map(({ role: of, spans }) => ({
          role: of,
          spans: spans.map(([from, to]): [number, number] => [from, to]),
        })),
      })),
    };
  },
});

const Step = z
  .object({
    id: z.int(),
    at: Time,
    action: z.string(),
    is_undone: z.boolean(),
    count: z.int().describe("Number of conversations it changed"),
  })
  .meta({ id: "ReviewStep" });

const toldStep = ({ id, at, action, isUndone, count }: ReviewStep) => ({
  ...{ id, at: timeOf(at), action, is_undone: isUndone, count },
});

const steps = defineRoute({
  method: "GET",
  path: "/api/v1/reviews/{id}/steps",
  about: "List the steps of a review, newest first",
  params: numbered,
  query: z.object({ limit: Paging.limit }),
  answers: { 200: z.object({ steps: z.array(Step) }).meta({ id: "ReviewSteps" }) },
  run: async ({ store }, { params, query }) => {
    await readReview(store.db, params.id);
    return { steps: (await listSteps(store.db, params.id, query.limit)).map(toldStep) };
  },
});

const Counts = z.object({ open: z.int(), accepted: z.int(), rejected: z.int() });

const turning = (word: "undo" | "redo", about: string): Route =>
  defineRoute({
    method: "POST",
    path: `/api/v1/reviews/{id}/${word}`,
    about,
    params: numbered,
    answers: { 200: z.object({ step: Step, counts: Counts }).meta({ id: `Review_${word}` }) },
    refusals: { 409: "There is no step to undo or redo" },
    run: async ({ store }, { params }) => {
      await readReview(store.db, params.id);
      const turn = word === "undo" ? undoStep : redoStep;
      const step = toldStep(await turn(store, params.id));
      return { step, counts: await statusCounts(store.db, params.id) };
    },
  });

const deciding = defineRoute({
  method: "POST",
  path: "/api/v1/reviews/{id}/decide",
  about:
    "Accept, reject or reopen conversations: those listed, or all open ones of at least a confidence",
  params: numbered,
  body: z
    .object({
      status,
      conversations: z.array(z.int().min(1)).max(10_000).optional().describe("Their ids"),
      at_least: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe("Applies to all open conversations of at least this confidence"),
      source: z.int().min(1).optional().describe("Only conversations of this document"),
    })
    .meta({ id: "ReviewDecision" }),
  answers: {
    200: z.object({ decided: z.int(), counts: Counts }).meta({ id: "ReviewDecided" }),
  },
  run: async (studio, { params, body }) => {
    const where = placeOf(studio, params.id);
    await readReview(studio.store.db, params.id);
    const { conversations = [], at_least: leastConfidence, source: sourceId } = body;
    const decided =
      leastConfidence === undefined
        ? await decide(where, conversations, body.status)
        : await decideAll(where, { leastConfidence, sourceId }, body.status);
    return { decided, counts: await statusCounts(studio.store.db, params.id) };
  },
});

const correcting = defineRoute({
  method: "PUT",
  path: "/api/v1/reviews/{id}/conversations/{conversation}",
  about: "Correct the roles, names or text ranges of a conversation's messages",
  params: one,
  body: z.object({ messages: z.array(Message).min(1).max(5000) }).meta({ id: "Correction" }),
  answers: { 200: Conversation },
  run: async (studio, { params: { id, conversation }, body }) =>
    told(studio, id, await correct(placeOf(studio, id), conversation, body.messages as never)),
});

const splitting = defineRoute({
  method: "POST",
  path: "/api/v1/reviews/{id}/conversations/{conversation}/split",
  about: "Split a conversation in two; the messages from this one on form the second",
  params: one,
  body: z
    .object({ at: z.int().min(1).describe("Index of the first message of the second one") })
    .meta({ id: "Split" }),
  answers: { 200: z.object({ conversations: z.array(Conversation) }).meta({ id: "SplitReview" }) },
  run: async (studio, { params: { id, conversation }, body }) => {
    const both = await split(placeOf(studio, id), conversation, body.at);
    return { conversations: both.map((found) => told(studio, id, found)) };
  },
});

const joining = defineRoute({
  method: "POST",
  path: "/api/v1/reviews/{id}/conversations/{conversation}/join",
  about: "Join a conversation with the next one in the document",
  params: one,
  answers: { 200: Conversation },
  refusals: { 409: "There is no next conversation" },
  run: async (studio, { params: { id, conversation } }) =>
    told(studio, id, await join(placeOf(studio, id), conversation)),
});

const adding = defineRoute({
  method: "POST",
  path: "/api/v1/reviews/{id}/conversations",
  about: "Add a conversation that no rule found, by its ranges in the text",
  params: numbered,
  body: z
    .object({
      source: z.int().min(1).describe("Id of the document"),
      messages: z.array(Message).min(1).max(5000),
    })
    .meta({ id: "AddedConversation" }),
  answers: { 200: Conversation },
  run: async (studio, { params: { id }, body }) => {
    const sources = await listSources(studio.store.db, id);
    if (!sources.some((known) => known.id === body.source))
      throw notFound(`there is no document ${body.source}`);
    return told(studio, id, await add(placeOf(studio, id), body.source, body.messages as never));
  },
});

export const conversationRoutes: readonly Route[] = [
  ...[list, show, text, steps, deciding, correcting, splitting, joining, adding],
  turning("undo", "Undo the last step"),
  turning("redo", "Redo the step undone last"),
];
