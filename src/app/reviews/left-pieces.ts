// What was found in a review's documents and not taken, each with its reason and its place, so that a person sees why and
// takes it in all the same. The first of each document are kept with what else is known of it; all are counted.
import type { Store } from "../../store/index.ts";
import {
  extentOf,
  listSources,
  type ReviewMessage,
  type ReviewSource,
  takenPlaces,
} from "../../store/reviews/index.ts";
import type { FoundConversation, LeftPiece } from "../../synth/identify/types.ts";
import type { ReviewSettings } from "./settings.ts";

export interface KeptPiece {
  begins: number;
  ends: number;
  rule: string;
  confidence: number;
  reason: string;
  /** How it begins. */
  text: string;
  turns: number;
  /** Empty for one too long to be kept. */
  messages: ReviewMessage[];
}

export interface LeftOfSource {
  count: number;
  /** The first of them. */
  pieces: KeptPiece[];
}

export interface LeftPieceOfReview extends KeptPiece {
  sourceId: number;
  source: string;
  /** Whether a conversation stands at its place by now. */
  isTaken: boolean;
}

const keptOfSource = 100;
const mostMessages = 500;
const shown = 300;

export function reviewMessages(messages: FoundConversation["messages"]): ReviewMessage[] {
  return messages.map(({ role, name, spans }) => {
    const said = { role, spans: spans.map(([start, end]) => [start, end] as const) };
    return name === undefined || name === "" ? said : { ...said, name };
  });
}

type Bounds = Pick<ReviewSettings, "minTurns" | "minConfidence">;

function reasonOf({ found, why }: LeftPiece, { minTurns, minConfidence }: Bounds): string {
  const { confidence, messages } = found;
  if (why === "unsure") return `confidence ${confidence} is below the minimum of ${minConfidence}`;
  if (why === "tooShort")
    return `${messages.length} ${messages.length === 1 ? "turn" : "turns"}; the minimum is ${minTurns}`;
  return "its text differs from that of the document";
}

/** Gathers them as documents are read. */
export class LeftPieces {
  readonly #bySource = new Map<string, LeftOfSource>();
  readonly #bounds: Bounds;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  take(piece: LeftPiece): void {
    const { source, rule, confidence, messages } = piece.found;
    const left = this.#bySource.get(source) ?? { count: 0, pieces: [] };
    this.#bySource.set(source, left);
    left.count++;
    if (left.pieces.length >= keptOfSource) return;
    const said = reviewMessages(messages);
    const text = messages.map(({ content }) => content.slice(0, shown)).join("\n");
    left.pieces.push({
      ...{ ...extentOf(said), rule, confidence, reason: reasonOf(piece, this.#bounds) },
      ...{ text: text.slice(0, shown), turns: said.length },
      messages: said.length > mostMessages ? [] : said,
    });
  }

  of(source: string): LeftOfSource | undefined {
    return this.#bySource.get(source);
  }
}

export const leftOfSource = ({ found }: ReviewSource): LeftOfSource =>
  (found as { left?: LeftOfSource } | null)?.left ?? { count: 0, pieces: [] };

export interface LeftPage {
  pieces: LeftPieceOfReview[];
  /** Of all documents, those that are not kept as well. */
  total: number;
  /** Pieces to pass over for the next page; null after the last. */
  next: number | null;
}

/** By document, in their order. */
export async function leftPieces(
  { db }: Store,
  reviewId: number,
  { from, limit }: { from: number; limit: number },
): Promise<LeftPage> {
  const sources = await listSources(db, reviewId);
  const all = sources.flatMap((source) =>
    leftOfSource(source).pieces.map((piece) => ({
      ...{ ...piece, sourceId: source.id, source: source.name },
    })),
  );
  const page = all.slice(from, from + limit);
  const taken = new Set(
    (await takenPlaces(db, reviewId, page)).map(({ sourceId, begins }) => `${sourceId} ${begins}`),
  );
  return {
    pieces: page.map((piece) => ({
      ...piece,
      isTaken: taken.has(`${piece.sourceId} ${piece.begins}`),
    })),
    total: sources.reduce((sum, source) => sum + leftOfSource(source).count, 0),
    next: from + limit < all.length ? from + limit : null,
  };
}
