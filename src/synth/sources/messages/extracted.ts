// The text taken out of exports that are no plain text: one header line a message, what was said below it, an empty line.
// Knows no format: readers say who said what, and this lays it out and tells where it stands.
import type { Block, SaidMessage, SourcePart, Span } from "../types.ts";

/** A message as a reader finds it, before it has a place in the text. */
export type Spoken = Omit<SaidMessage, "type" | "span" | "spans"> & {
  /** What was said; a list where only some of what is shown was (see `said`). */
  readonly text: string | readonly Piece[];
};

/** A run of lines that is shown, and whether it is part of the message. */
export interface Piece {
  readonly text: string;
  readonly isSaid: boolean;
}

/** A channel, chat or conversation begins. */
export interface Opening {
  readonly title: string;
}

const partLength = 64 * 1024;

/** Lays out messages one after another. */
class Layout {
  #start = 0;
  #text = "";
  #blocks: Block[] = [];
  #chapters = 0;

  get isFull(): boolean {
    return this.#text.length >= partLength;
  }

  #put(text: string): Span {
    const from = this.#start + this.#text.length;
    this.#text += text;
    return [from, from + text.length];
  }

  open({ title }: Opening): void {
    this.#put("# ");
    const span = this.#put(plain(title).replaceAll("\n", " "));
    this.#put("\n\n");
    this.#blocks.push({ type: "division", span, name: "chapter", number: ++this.#chapters });
  }

  say({ text, ...message }: Spoken): void {
    const [from] = this.#put(headerOf(message));
    const pieces = typeof text === "string" ? [{ text, isSaid: true }] : text;
    const spans: Span[] = [];
    let to = from;
    for (const piece of pieces) {
      const span = this.#putTrimmed(piece.text);
      if (piece.isSaid && span[0] < span[1]) spans.push(span);
      [, to] = this.#put("\n");
    }
    this.#put("\n");
    const isSaid = spans.length > 0;
    const rest = isSaid ? message : { ...message, automatic: true };
    this.#blocks.push({ type: "message", span: [from, to], spans, ...rest });
  }

  /** Without empty lines around it. */
  #putTrimmed(text: string): Span {
    return this.#put(withoutEmptyEnds(plain(text)));
  }

  part(): SourcePart | undefined {
    if (this.#text === "") return undefined;
    const part = { start: this.#start, text: this.#text, blocks: this.#blocks };
    this.#start += this.#text.length;
    this.#text = "";
    this.#blocks = [];
    return part;
  }
}

const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, "\ufffd");

/** Line feeds alone end lines, and no half of a surrogate pair stands alone. */
function plain(text: string): string {
  const lines = text.includes("\r") ? text.replaceAll("\r\n", "\n").replaceAll("\r", "\n") : text;
  return wellFormed(lines);
}

function withoutEmptyEnds(text: string): string {
  const trimmed = text.trimEnd();
  const first = trimmed.length - trimmed.trimStart().length;
  return trimmed.slice(trimmed.lastIndexOf("\n", first) + 1);
}

function headerOf({ speaker, sentAt, role }: Omit<Spoken, "text">): string {
  const who = wellFormed(speaker ?? role ?? "").replaceAll("\n", " ");
  return `[${[sentAt, who].filter((word) => word !== undefined && word !== "").join(" ")}]\n`;
}

/** Parts of the text of an export, laid out as its messages come. */
export async function* layOut(
  spoken: AsyncIterable<Spoken | Opening> | Iterable<Spoken | Opening>,
): AsyncGenerator<SourcePart> {
  const layout = new Layout();
  for await (const item of spoken) {
    if ("title" in item) layout.open(item);
    else layout.say(item);
    const part = layout.isFull ? layout.part() : undefined;
    if (part !== undefined) yield part;
  }
  const last = layout.part();
  if (last !== undefined) yield last;
}
