// Reads and writes files of one JSON value a line, one line in memory at a time.
// Knows nothing of rows or events: a bad line is yielded with its reason, and the reader decides.
import {
  closeSync,
  createReadStream,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { parseJson } from "./json-text.ts";
import { utf8Chunks } from "./text-encoding.ts";

/** One line without its end, and its number from 1. `text` is absent when it is not UTF-8. */
export interface TextLine {
  line: number;
  text: string | undefined;
}

/** One non-blank line of a JSON-lines file: its value, or why it has none. Lines count from 1. */
export type JsonLine =
  | { line: number; value: unknown }
  | { line: number; problem: string; column?: number };

/**
 * A longer line is not text for training but a file of another kind; reading it would take all
 * memory.
 */
const longestLine = 256 * 1024 * 1024;

/** A line that is longer than its reader takes. */
export class LongLine extends RangeError {
  /** From 1. */
  readonly line: number;
  readonly reason: string;

  constructor(line: number, most: number) {
    const reason = `over ${most / 1024 / 1024} MiB long`;
    super(`line ${line} is ${reason}`);
    this.line = line;
    this.reason = reason;
  }
}

const newline = 0x0a;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decodeLine(bytes: Buffer, line: number): TextLine {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return { line, text: undefined };
  }
  if (line === 1 && text.startsWith("\uFEFF")) text = text.slice(1);
  return { line, text: text.endsWith("\r") ? text.slice(0, -1) : text };
}

/**
 * Lines of a file in UTF-8, or in UTF-16 with its mark, at constant memory; `\n` or `\r\n` ends a line, a byte-order
 * mark goes.
 * Throws the file system's error when the file cannot be read, LongLine for a line of more than `longest` bytes.
 */
export async function* readTextLines(
  file: string,
  longest: number = longestLine,
): AsyncGenerator<TextLine> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let line = 0;
  const chunks = createReadStream(file, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>;
  for await (const bytes of utf8Chunks(chunks)) {
    let start = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
      const part = bytes.subarray(start, end);
      yield decodeLine(pending.length === 0 ? part : Buffer.concat([...pending, part]), ++line);
      pending = [];
      pendingBytes = 0;
      start = end + 1;
    }
    if (start < bytes.length) pending.push(bytes.subarray(start));
    pendingBytes += bytes.length - start;
    if (pendingBytes > longest) throw new LongLine(line + 1, longest);
  }
  if (pending.length > 0) yield decodeLine(Buffer.concat(pending), ++line);
}

function parseLine({ line, text }: TextLine): JsonLine | undefined {
  if (text === undefined) return { line, problem: "the line is not UTF-8 text" };
  if (text.trim() === "") return undefined;
  const result = parseJson(text);
  if (result.ok) return { line, value: result.value };
  const { reason, column } = result.problem;
  return { line, problem: `${reason} (column ${column})`, column };
}

/**
 * Values of a JSON-lines file at constant memory; blank lines are skipped but counted. Throws as
 * `readTextLines`.
 */
export async function* readJsonLines(file: string): AsyncGenerator<JsonLine> {
  for await (const textLine of readTextLines(file)) {
    const parsed = parseLine(textLine);
    if (parsed !== undefined) yield parsed;
  }
}

/**
 * Appends JSON values to a file, one whole line a call, so that a reader sees only finished lines.
 */
export class JsonLinesWriter {
  readonly #descriptor: number;

  /**
   * Creates the file or continues it; a torn last line is ended first so that the next stands
   * alone.
   */
  constructor(file: string) {
    this.#descriptor = openSync(file, "a+");
    if (!this.#endsInNewline()) writeSync(this.#descriptor, "\n");
  }

  #endsInNewline(): boolean {
    const { size } = fstatSync(this.#descriptor);
    if (size === 0) return true;
    const last = Buffer.alloc(1);
    readSync(this.#descriptor, last, 0, 1, size - 1);
    return last[0] === newline;
  }

  append(value: unknown): void {
    writeSync(this.#descriptor, `${JSON.stringify(value)}\n`);
  }

  /** Waits until the lines are on the disk. */
  sync(): void {
    fsyncSync(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
