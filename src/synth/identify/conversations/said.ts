// What someone said, on its way from a source's blocks to a conversation, with its text and a time that can be reckoned
// with. Knows nothing of conversations.
import type { SaidMessage, SourcePart, Span } from "../../sources/types.ts";
import type { FoundMessage } from "../types.ts";
import { speakerKey } from "./words.ts";

export interface Said {
  readonly text: string;
  readonly spans: readonly Span[];
  /** Place in the source. */
  readonly start: number;
  readonly name: string | undefined;
  /** Who speaks: the same for all ways the source writes the name. */
  readonly key: string;
  /** Seconds, of one clock within a source; undefined where it has none. */
  readonly time: number | undefined;
  readonly id: string | undefined;
  readonly replyTo: string | undefined;
  readonly thread: string;
  readonly role: FoundMessage["role"] | undefined;
  /** Of a program's message: a bot's, which counts only where it is named as one who answers. */
  readonly isAutomatic: boolean;
}

const day = 86_400;

/** Times as seconds; those without a date go on from the day before when they go back. */
export class Clock {
  #days = 0;
  #last: number | undefined;

  seconds(sentAt: string | undefined): number | undefined {
    if (sentAt === undefined) return undefined;
    if (!sentAt.startsWith("T")) return secondsOf(sentAt);
    const ofDay = secondsOf(`1970-01-01${sentAt}Z`);
    if (ofDay === undefined) return undefined;
    if (this.#last !== undefined && ofDay < this.#last - day / 4) this.#days++;
    this.#last = ofDay;
    return this.#days * day + ofDay;
  }
}

/** A time without an offset is taken as if it were Greenwich's: only differences count. */
function secondsOf(iso: string): number | undefined {
  const hasOffset = /(?:z|[+-]\d\d:?\d\d)$/iu.test(iso);
  const milliseconds = Date.parse(hasOffset ? iso : `${iso}Z`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}

/** The text of slices that lie in a part; undefined where one does not. */
export function slicesIn({ start, text }: SourcePart, spans: readonly Span[]): string | undefined {
  const end = start + text.length;
  if (spans.some(([from, to]) => from < start || to > end)) return undefined;
  return spans.map(([from, to]) => text.slice(from - start, to - start)).join("\n");
}

export function saidOf(message: SaidMessage, part: SourcePart, clock: Clock): Said | undefined {
  const text = slicesIn(part, message.spans);
  if (text === undefined || text.trim() === "") return undefined;
  return {
    text,
    spans: message.spans,
    start: message.span[0],
    name: message.speaker,
    key: speakerKey(message.speaker ?? message.role ?? ""),
    time: clock.seconds(message.sentAt),
    id: message.id,
    replyTo: message.replyTo,
    thread: message.thread ?? "",
    role: message.role,
    isAutomatic: message.automatic === true,
  };
}
