// What a model writes, taken apart as it comes: thoughts, answer and calls. Tells text as soon as it can be no part of a
// mark and tells a call once it is whole; what looked like a call and is none is told as the text it is. The parts are
// the same however the text is cut. Knows no format.
import type { ToolCall } from "../types.ts";
import { Cursor, NotACall, type Reading } from "./cursor.ts";
import {
  type AnswerFormat,
  type AnswerOptions,
  type AnswerPart,
  type Mark,
  type Outcome,
  section,
} from "./format.ts";
import { Tools } from "./tools.ts";

/** A model that repeats the beginning of a call a thousand times is not read a thousand times. */
const mostBroken = 100;

const halfCharacter = /[\uD800-\uDBFF]$/;

/** How much of the end of `text` may be the beginning of a mark. */
function startedMark(text: string, opens: readonly string[]): number {
  const longest = Math.max(0, ...opens.map(({ length }) => length - 1));
  for (let length = Math.min(longest, text.length); length > 0; length--) {
    const end = text.slice(-length);
    if (opens.some((open) => open.length > length && open.startsWith(end))) return length;
  }
  return 0;
}

/** A mark being read. */
interface Begun {
  open: string;
  cursor: Cursor;
  reading: Reading<Outcome>;
}

/** Reads an answer piece by piece as it is written, and gives its thoughts, calls and text apart. */
export class AnswerReader {
  readonly #format: AnswerFormat;
  readonly #tools: Tools;
  #kind: "reasoning" | "content";
  /** Marks that end the section. */
  #closes: readonly string[];
  /** Not told yet, and not begun to be read as a mark. */
  #rest = "";
  #begun: Begun | undefined;
  /** Blanks and frames that are text only if text follows. */
  #held = "";
  /** Nothing but blanks and marks since the last mark: what is held then belongs to the marks. */
  #isAfterMark = false;
  /** Nothing of the section was told yet. */
  #isFresh = true;
  #hasContent = false;
  #isWhole = false;
  /** Marks that came to nothing once the text was whole. */
  #broken = 0;
  #parts: AnswerPart[] = [];

  constructor(format: AnswerFormat, { startsInReasoning = false, tools }: AnswerOptions = {}) {
    this.#format = format;
    this.#tools = new Tools(tools);
    this.#kind = startsInReasoning ? "reasoning" : "content";
    this.#isAfterMark = startsInReasoning;
    this.#closes = startsInReasoning ? format.thoughts.map(([, close]) => close) : [];
  }

  /** The parts that have become certain with this text. */
  add(text: string): AnswerPart[] {
    if (this.#begun === undefined) this.#rest += text;
    else this.#begun.cursor.append(text);
    return this.#collect();
  }

  /** The rest, when no text follows. */
  end(): AnswerPart[] {
    this.#isWhole = true;
    this.#begun?.cursor.finish();
    this.#readOn();
    if (!this.#isAfterMark) this.#tell(this.#held);
    this.#held = "";
    return this.#collect();
  }

  #collect(): AnswerPart[] {
    this.#readOn();
    const parts = this.#parts;
    this.#parts = [];
    return parts;
  }

  #readOn(): void {
    while (this.#begun === undefined ? this.#findMark() : this.#continue());
  }

  /** Whether a mark stands in the rest, and reading goes on with it. */
  #findMark(): boolean {
    const marks = this.#marks();
    const found = marks
      .map((mark) => ({ mark, at: this.#rest.indexOf(mark.open) }))
      .filter(({ at }) => at !== -1)
      .toSorted((a, b) => a.at - b.at || b.mark.open.length - a.mark.open.length)[0];
    if (found === undefined) {
      this.#tellCertain(marks);
      return false;
    }
    // What is said before a mark may change which marks count, so it is looked for again.
    if (found.at > 0) this.#passOver(this.#rest.slice(0, found.at));
    else this.#begin(found.mark, this.#rest.slice(found.mark.open.length));
    return true;
  }

  #begin({ open, read }: Mark, after: string): void {
    this.#rest = after;
    if (typeof read !== "function") {
      this.#apply(read, open);
      return;
    }
    const cursor = new Cursor(after);
    if (this.#isWhole) cursor.finish();
    this.#rest = "";
    this.#begun = { open, cursor, reading: read(cursor, this.#tools) };
  }

  /** Whether the mark that was begun is read, as what it is or as text. */
  #continue(): boolean {
    const { open, cursor, reading } = this.#begun as Begun;
    try {
      const step = reading.next();
      if (step.done !== true) return false;
      this.#rest = cursor.rest;
      this.#begun = undefined;
      this.#apply(step.value, open + cursor.read);
    } catch (error) {
      if (!(error instanceof NotACall)) throw error;
      this.#begun = undefined;
      this.#rest = open + cursor.text;
      const isHopeless = this.#isWhole && ++this.#broken > mostBroken;
      this.#passOver(isHopeless ? this.#rest : open + cursor.kept);
    }
    return true;
  }

  #apply(outcome: Outcome, written: string): void {
    if (outcome === "frame" && this.#kind === "content") {
      if (!this.#isAfterMark) this.#held += written;
      return;
    }
    this.#held = "";
    this.#isAfterMark = true;
    this.#isFresh = true;
    this.#kind = "content";
    this.#closes = [];
    if (outcome === "frame") return;
    if ("calls" in outcome) {
      this.#hasContent = true;
      for (const call of outcome.calls) this.#parts.push({ kind: "tool-call", call });
      return;
    }
    this.#kind = outcome.section;
    this.#closes = outcome.closes ?? [];
  }

  /** Says the beginning of the rest, which is no mark. */
  #passOver(text: string): void {
    this.#say(text);
    this.#rest = this.#rest.slice(text.length);
  }

  /** The marks that count where the reading is. */
  #marks(): Mark[] {
    const isThinking = this.#kind === "reasoning";
    const opens = this.#format.marks.filter((mark) => {
      if (this.#closes.includes(mark.open)) return false;
      if (isThinking) return mark.endsThoughts === true || (mark.isFirst && this.#isFresh);
      return mark.isFirst !== true || !this.#hasContent;
    });
    return [...this.#closes.map((open) => section("content", open)), ...opens];
  }

  /** Says what can be no part of a mark. */
  #tellCertain(marks: readonly Mark[]): void {
    const opens = marks.map(({ open }) => open);
    const kept = this.#isWhole ? 0 : startedMark(this.#rest, opens) || this.#halfCharacter();
    const end = this.#rest.length - kept;
    this.#say(this.#rest.slice(0, end));
    this.#rest = this.#rest.slice(end);
  }

  #halfCharacter(): number {
    return halfCharacter.test(this.#rest) ? 1 : 0;
  }

  /** Text, of which blanks at the end are held, and blanks after a mark are left out. */
  #say(text: string): void {
    const body = text.trimEnd();
    if (body === "") {
      if (!this.#isAfterMark) this.#held += text;
      return;
    }
    this.#tell(this.#isAfterMark ? text.slice(0, body.length).trimStart() : this.#held + body);
    this.#isAfterMark = false;
    this.#held = text.slice(body.length);
  }

  #tell(text: string): void {
    if (text === "") return;
    this.#isFresh = false;
    if (this.#kind === "content") this.#hasContent = true;
    const last = this.#parts.at(-1);
    const isMore = last !== undefined && last.kind !== "tool-call" && last.kind === this.#kind;
    if (isMore) this.#parts.splice(-1, 1, { ...last, text: last.text + text });
    else this.#parts.push({ kind: this.#kind, text });
  }
}

/** An answer taken apart. */
export interface Answer {
  reasoning?: string;
  content: string;
  toolCalls: ToolCall[];
}

/** A whole answer at once: the same parts as an `AnswerReader` tells of it, joined. */
export function readAnswer(format: AnswerFormat, text: string, options?: AnswerOptions): Answer {
  const reader = new AnswerReader(format, options);
  const parts = [...reader.add(text), ...reader.end()];
  const textOf = (kind: AnswerPart["kind"]): string =>
    parts.map((part) => (part.kind === kind && "text" in part ? part.text : "")).join("");
  const reasoning = textOf("reasoning");
  const toolCalls = parts.flatMap((part) => (part.kind === "tool-call" ? [part.call] : []));
  return { ...(reasoning !== "" && { reasoning }), content: textOf("content"), toolCalls };
}
