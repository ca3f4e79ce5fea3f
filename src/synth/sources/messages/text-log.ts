// Reads a text of lines (chat logs, subtitles) as parts of bounded size with the blocks that a parser finds in them.
// Knows no format; a parser takes lines one by one and keeps what it has not finished.
import type { Block, SourcePart } from "../types.ts";

/** Finds blocks in the lines of one format. */
export interface LogParser {
  /** What is finished, in order of beginning; whoever reads takes it away. */
  readonly found: Block[];
  /** Where the oldest block begins that further lines may still change. */
  readonly unfinishedFrom: number | undefined;
  /** `text` has no line end; `start` is its place in the source's whole text. */
  line(text: string, start: number): void;
  /** No line follows, or what is unfinished has become too long: it ends here. */
  finish(): void;
}

const partLength = 64 * 1024;
const longestPart = 4 * 1024 * 1024;
/** A longer line is read as several, so that no text without line ends is held whole. */
const longestLine = 256 * 1024;

/** Text handed out up to where the parser has finished. */
class LogReader {
  readonly #parser: LogParser;
  #held = "";
  /** Place of the held text in the source's whole text. */
  #start = 0;
  /** How much of the held text was given to the parser as lines. */
  #read = 0;
  /** How far the held text was searched for line ends. */
  #searched = 0;

  constructor(parser: LogParser) {
    this.#parser = parser;
  }

  add(chunk: string): void {
    this.#held += chunk;
    for (let end = this.#nextEnd(); end !== -1; end = this.#nextEnd()) this.#give(end, 1);
    while (this.#held.length - this.#read > longestLine)
      this.#give(this.#wholeUntil(longestLine), 0);
    this.#searched = this.#held.length;
  }

  /** Where a line that goes on may be cut: not amid a surrogate pair. */
  #wholeUntil(length: number): number {
    const end = this.#read + length;
    const code = this.#held.charCodeAt(end - 1);
    return code >= 0xd800 && code < 0xdc00 ? end - 1 : end;
  }

  #nextEnd(): number {
    return this.#held.indexOf("\n", Math.max(this.#searched, this.#read));
  }

  #give(end: number, breakLength: number): void {
    const isReturn = breakLength > 0 && end > this.#read && this.#held[end - 1] === "\r";
    const line = this.#held.slice(this.#read, isReturn ? end - 1 : end);
    this.#parser.line(line, this.#start + this.#read);
    this.#read = end + breakLength;
    this.#searched = Math.max(this.#searched, this.#read);
  }

  /** What can be handed out now, when it is enough to be worth it. */
  part(): SourcePart | undefined {
    if (this.#read < partLength) return undefined;
    if (this.#read > longestPart) this.#parser.finish();
    const until = this.#parser.unfinishedFrom ?? this.#start + this.#read;
    return until - this.#start < partLength / 2 ? undefined : this.#cut(until);
  }

  last(): SourcePart | undefined {
    if (this.#held.length > this.#read) this.#give(this.#held.length, 0);
    this.#parser.finish();
    const until = this.#start + this.#held.length;
    return until === this.#start ? undefined : this.#cut(until);
  }

  #cut(until: number): SourcePart {
    const { found } = this.#parser;
    let count = found.length;
    while (count > 0 && (found[count - 1]?.span[0] ?? 0) >= until) count--;
    const blocks = found.splice(0, count);
    const length = until - this.#start;
    const part = { start: this.#start, text: this.#held.slice(0, length), blocks };
    this.#held = this.#held.slice(length);
    this.#start = until;
    this.#read -= length;
    this.#searched -= length;
    return part;
  }
}

/** Parts of a text, given as it is decoded: without its byte-order mark, line ends as they are. */
export async function* readLog(
  text: AsyncIterable<string> | Iterable<string>,
  parser: LogParser,
): AsyncGenerator<SourcePart> {
  const reader = new LogReader(parser);
  for await (const chunk of text) {
    for (let at = 0; at < chunk.length; at += partLength) {
      reader.add(chunk.slice(at, at + partLength));
      const part = reader.part();
      if (part !== undefined) yield part;
    }
  }
  const last = reader.last();
  if (last !== undefined) yield last;
}

/**
 * Slices of lines that follow one another, as few as say the same when joined by a line break: lines with only a
 * line feed between them are one slice, and so are the pieces of a line that was too long.
 */
export function addLine(spans: [number, number][], start: number, end: number): void {
  const last = spans.at(-1);
  if (last !== undefined && start - last[1] <= 1) last[1] = end;
  else spans.push([start, end]);
}
