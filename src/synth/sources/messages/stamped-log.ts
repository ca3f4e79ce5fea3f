// Messages that begin with a date and time, gathered until the file has shown in which order it writes its dates.
// The base of readers of such texts; what a line of each looks like is theirs.
import type { Block, SaidMessage, Span } from "../types.ts";
import { decideOrder, isoTime, timeOfDay, type DateOrder } from "./date-order.ts";
import type { Stamp, WrittenDate } from "./stamps.ts";
import { addLine, type LogParser } from "./text-log.ts";

/** A message whose lines are still being read. */
export interface Draft {
  readonly start: number;
  end: number;
  readonly spans: [number, number][];
  readonly stamp: Stamp;
  readonly speaker: string | undefined;
  automatic: boolean;
  /** Where what was said ends, without spaces behind it. */
  saidUntil: number;
}

/** So many different dates, or messages, are enough to tell the order by. */
const enoughDates = 40;
const enoughMessages = 5000;

export abstract class StampedLog implements LogParser {
  readonly found: Block[] = [];
  protected draft: Draft | undefined;
  readonly #waiting: Draft[] = [];
  readonly #dates: WrittenDate[] = [];
  #separator = "";
  #twelveHours = false;
  #order: DateOrder | undefined;
  /** Places of empty lines behind what was said last. */
  readonly #empty: number[] = [];

  /** Whether the format shows a time of the twelve-hour clock somewhere. */
  protected noteTwelveHours(): void {
    this.#twelveHours = true;
  }

  get unfinishedFrom(): number | undefined {
    return this.#waiting[0]?.start ?? this.draft?.start;
  }

  abstract line(text: string, start: number): void;

  protected begin(draft: Draft): void {
    this.endDraft();
    this.draft = draft;
    this.#noteDate(draft.stamp);
  }

  /** A line of the message, from `from`. Empty ones count once something follows. */
  protected say(text: string, start: number, from = 0): void {
    if (this.draft === undefined) return;
    const said = text.slice(from);
    if (said.trim() === "") {
      if (this.draft.spans.length > 0) this.#empty.push(start + from);
      return;
    }
    const begin = this.#behindEmpty(start + from, said);
    addLine(this.draft.spans, begin, start + text.length);
    this.draft.saidUntil = start + from + said.trimEnd().length;
    this.draft.end = start + text.length;
  }

  #noteDate({ date, separator, isOrdered }: Stamp): void {
    if (date === undefined || isOrdered || this.#order !== undefined) return;
    const last = this.#dates.at(-1);
    if (last !== undefined && last.every((number, at) => number === date[at])) return;
    this.#dates.push(date);
    this.#separator = separator;
  }

  /**
   * Where a line's slice begins. Empty lines before it are in the slice where line feeds alone end lines; else one of
   * them is, by its line feed, as no slice is empty.
   */
  #behindEmpty(start: number, said: string): number {
    const spans = this.draft?.spans ?? [];
    const empty = this.#empty.splice(0);
    const last = spans.at(-1);
    if (last === undefined) return start + said.length - said.trimStart().length;
    if (empty[0] === undefined) return start;
    if (empty[0] - last[1] > 1) return start - 1;
    for (const at of empty) addLine(spans, at, at);
    return start;
  }

  /** What is done to a message when its last line was read. */
  protected abstract ended(draft: Draft): void;

  protected endDraft(): void {
    const { draft } = this;
    if (draft === undefined) return;
    this.draft = undefined;
    this.#empty.length = 0;
    const last = draft.spans.at(-1);
    if (last !== undefined) last[1] = draft.saidUntil;
    this.ended(draft);
    this.#waiting.push(draft);
    const isEnough = this.#dates.length >= enoughDates || this.#waiting.length >= enoughMessages;
    if (this.#order !== undefined || isEnough) this.#settle();
  }

  #settle(): void {
    this.#order ??= decideOrder(this.#dates, this.#separator, this.#twelveHours);
    for (const draft of this.#waiting) this.found.push(messageOf(draft, this.#order));
    this.#waiting.length = 0;
  }

  finish(): void {
    this.endDraft();
    if (this.#waiting.length > 0) this.#settle();
  }
}

function messageOf(draft: Draft, order: DateOrder): SaidMessage {
  const { stamp, speaker, start, end } = draft;
  const spans: readonly Span[] = draft.spans;
  const sentAt =
    stamp.date === undefined
      ? `T${timeOfDay(stamp.time)}`
      : isoTime(stamp.date, stamp.isOrdered ? [0, 1, 2] : order, stamp.time);
  return {
    type: "message",
    span: [start, end],
    spans,
    ...(speaker === undefined ? {} : { speaker }),
    sentAt,
    ...(draft.automatic ? { automatic: true } : {}),
  };
}
