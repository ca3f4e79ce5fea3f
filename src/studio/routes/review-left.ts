// /api/v1/reviews/{id}/left-out: what was found in documents and not taken, each piece with its reason, so that it can be
// taken in all the same.
import { z } from "zod";
import { leftPieces } from "../../app/reviews/left-pieces.ts";
import { readReview } from "../../store/reviews/index.ts";
import { defineRoute } from "../route.ts";
import { Message, place } from "./review-conversations.ts";
import { Paging, PathNumber } from "./shared.ts";

const Piece = z
  .object({
    ...{ source_id: z.int(), source: z.string(), begins: place, ends: place },
    rule: z.string(),
    confidence: z.number(),
    turns: z.int(),
    reason: z.string().describe("Why it was not used"),
    text: z.string().describe("Its first words"),
    messages: z.array(Message).describe("Messages to add as they are; empty where it is too long"),
    is_taken: z.boolean().describe("Whether a conversation covers this piece by now"),
  })
  .meta({ id: "LeftPiece" });

export const leftRoute = defineRoute({
  method: "GET",
  path: "/api/v1/reviews/{id}/left-out",
  about: "List what was found and not used, each with its reason; the first 100 per document",
  params: z.object({ id: PathNumber }),
  query: z.object({
    from: z.coerce.number().int().min(0).default(0).describe("Pieces to skip"),
    limit: Paging.limit,
  }),
  answers: {
    200: z
      .object({ pieces: z.array(Piece), total: z.int(), next: z.int().nullable() })
      .meta({ id: "LeftPieces" }),
  },
  run: async ({ store }, { params, query }) => {
    await readReview(store.db, params.id);
    const { pieces, total, next } = await leftPieces(store, params.id, query);
    return {
      ...{ total, next },
      pieces: pieces.map(({ sourceId, isTaken, messages, ...piece }) => ({
        ...{ ...piece, source_id: sourceId, is_taken: isTaken },
        messages: messages.map(({ spans, ...said }) => ({
          ...said,
          spans: spans.map(([from, to]): [number, number] => [from, to]),
        })),
      })),
    };
  },
});
