// What every reader of documents gives and every rule over documents takes: text in parts, with what the format itself
// says of its structure. Types only; reads nothing.

/** Where something stands: UTF-16 units of the source's whole text, end exclusive. */
export type Span = readonly [start: number, end: number];

interface Placed {
  readonly span: Span;
}

export interface Heading extends Placed {
  readonly type: "heading";
  /** 1 is the highest. */
  readonly level: number;
}

export interface Paragraph extends Placed {
  readonly type: "paragraph";
}

export interface ListItem extends Placed {
  readonly type: "list-item";
  /** 0 is the outermost list. */
  readonly depth: number;
  readonly ordered: boolean;
}

export interface Code extends Placed {
  readonly type: "code";
}

export interface Quote extends Placed {
  readonly type: "quote";
  /** 0 is the outermost quote. */
  readonly depth: number;
}

/**
 * Cells are spans of their text without what fences them; a header is there where the format says so. A long table
 * comes as several, of which the first has the header and all have its words.
 */
export interface Table extends Placed {
  readonly type: "table";
  readonly header?: readonly Span[];
  /** What the header says. */
  readonly columns?: readonly string[];
  readonly rows: readonly (readonly Span[])[];
}

/** What is named and what is said of it: dt and dd, summary and details, a FAQPage's question and its answer. */
export interface Term extends Placed {
  readonly type: "term";
  readonly term: Span;
  readonly definitions: readonly Span[];
}

/** What someone says, where the format itself keeps who says it: chats, mail, subtitles with names, model exports. */
export interface SaidMessage extends Placed {
  readonly type: "message";
  /** The slices that are what was said, in order; joined by a line break they are the message. */
  readonly spans: readonly Span[];
  readonly id?: string;
  readonly replyTo?: string;
  /** Channel, mail thread, conversation: messages of different threads are never one conversation. */
  readonly thread?: string;
  readonly speaker?: string;
  /** Where the format itself says the role, as exports of assistants do. */
  readonly role?: "system" | "user" | "assistant" | "tool";
  /** ISO 8601, with an offset where the source has one. */
  readonly sentAt?: string;
  /** Written by the program, not by a person: joins, renames, bots, placeholders of media. */
  readonly automatic?: boolean;
}

/** One cue of a transcript, in seconds from its beginning. A cue may end amid a sentence. */
export interface Cue extends Placed {
  readonly type: "cue";
  readonly begins: number;
  readonly ends: number;
  /** The slices that are said, without markup; where absent, all of the span is. */
  readonly spans?: readonly Span[];
  /** Someone else begins to speak here, whom the source does not name. */
  readonly otherVoice?: boolean;
  readonly speaker?: string;
  readonly speakerSpan?: Span;
}

/** A new page, slide, sheet or chapter begins; the span is empty or that of its title. */
export interface Division extends Placed {
  readonly type: "division";
  readonly name: "page" | "slide" | "sheet" | "chapter";
  /** From 1. */
  readonly number: number;
}

export type Block =
  | Heading
  | Paragraph
  | ListItem
  | Code
  | Quote
  | Table
  | Term
  | SaidMessage
  | Cue
  | Division;

/**
 * The next piece of a source's text. Parts follow one another without gap or overlap. A part ends behind a line break
 * where there is one within reach, so that memory stays bounded whatever the size of the source.
 */
export interface SourcePart {
  /** Place of the first character in the source's whole text. */
  readonly start: number;
  readonly text: string;
  /** In order of their beginning. None where the format says nothing of structure: plain text. */
  readonly blocks: readonly Block[];
}

/** One document, opened. */
export interface OpenSource {
  /** As given; members of archives as `a.zip!/b.txt`. */
  readonly source: string;
  /** Name of the reader. */
  readonly kind: string;
  /** Whether offsets are into extracted text instead of the file's own decoded text. */
  readonly container: boolean;
  readonly parts: AsyncIterable<SourcePart>;
}
