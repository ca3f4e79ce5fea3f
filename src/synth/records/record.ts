// One row of a dataset in the making: a conversation with where it comes from. Every provider's form is a projection
// of it (profiles/). Types only.
import type { JsonObject, Message } from "../../text/types.ts";
import type { Span } from "../sources/types.ts";

/** A message, and where its text stands in its source when it was found there. */
export interface RecordMessage extends Message {
  /** Slices of the source's text; joined by a line break they are the content. */
  readonly spans?: readonly Span[];
}

/** Where a record comes from. */
export interface RecordSource {
  /** As given; members of archives as `a.zip!/b.txt`. */
  readonly file: string;
  /** Of the file's bytes. */
  readonly sha256?: string;
  readonly kind?: string;
  /** What part of its text the record rests on. */
  readonly span?: Span;
  readonly page?: number;
}

export interface Preference {
  readonly chosen: readonly RecordMessage[];
  readonly rejected: readonly RecordMessage[];
}

export interface DatasetRecord {
  readonly id: string;
  /** Of a preference: what both answers follow. */
  readonly messages: readonly RecordMessage[];
  readonly tools?: readonly JsonObject[];
  readonly preference?: Preference;
  readonly source?: RecordSource;
  /** Whatever else the row has: mode, rule, confidence, topic, model, scores. */
  readonly meta?: JsonObject;
}
