// A conversation as it was found in a document, and what finds one where the document's format itself says who speaks.
// Types only. The rules over labels, headings and tables are in rules/.
import type { OpenSource, Span } from "../sources/types.ts";

export interface FoundMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  /** The slices of `spans`, joined by a line break. */
  readonly content: string;
  /** As the document writes it. */
  readonly name?: string;
  /** In order, none overlapping another: UTF-16 units of the source's whole text. */
  readonly spans: readonly Span[];
}

export interface FoundConversation {
  /** As given; members of archives as `a.zip!/b.txt`. */
  readonly source: string;
  readonly messages: readonly FoundMessage[];
  /** Name of what found it. */
  readonly rule: string;
  /** 0 to 1: how sure the rule is that this is a conversation with these roles. */
  readonly confidence: number;
}

/** Found, and not given out. */
export interface LeftPiece {
  readonly found: FoundConversation;
  /** As the report counts it. */
  readonly why: "notVerbatim" | "tooShort" | "unsure";
}

export interface IdentifyOptions {
  /** Speakers who answer, as the document names them, in any case; without any the rules decide. */
  readonly assistants: readonly string[];
  /** Conversations of fewer messages are left out. */
  readonly minTurns: number;
  /** Conversations of which a rule is less sure are left out. */
  readonly minConfidence: number;
}

/** Finds conversations among the messages and cues that a source's own format keeps (conversations/). */
export type ConversationsOf = (
  opened: OpenSource,
  options: IdentifyOptions,
) => AsyncIterable<FoundConversation>;
