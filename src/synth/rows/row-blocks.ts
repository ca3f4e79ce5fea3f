// Rows of a JSON-lines file in blocks of whole lines, so that threads can parse them, and the rows of a block. Memory is
// that of a few blocks. Knows nothing of what rows mean: row-text.ts does.
import { createReadStream } from "node:fs";
import { parseJson } from "../../core/json-text.ts";
import { utf8Chunks } from "../../core/text-encoding.ts";
import { malformedRow } from "./row-errors.ts";

/** Whole lines in UTF-8, and the number of the first of them, from 1. */
export interface LineBlock {
  readonly bytes: Uint8Array;
  readonly firstLine: number;
}

export interface Row {
  /** Its `id` field as text, else its line. */
  readonly id: string;
  /** From 1. */
  readonly line: number;
  readonly value: Readonly<Record<string, unknown>>;
  /** The line as it stands, without its end. */
  readonly text: string;
}

const newline = 0x0a;
/** Large enough that a thread's turn costs nothing beside its work. */
const blockBytes = 512 * 1024;
const longestLine = 256 * 1024 * 1024;

/** Line breaks in a block. */
export function lineCount(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) count++;
  return count;
}

/** Throws the file system's error when the file cannot be read, RangeError for a line over 256 MiB. */
export async function* readLineBlocks(file: string): AsyncGenerator<LineBlock> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let firstLine = 1;
  const chunks = createReadStream(file, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>;
  for await (const bytes of utf8Chunks(chunks)) {
    pending.push(bytes);
    pendingBytes += bytes.length;
    const end = pendingBytes < blockBytes ? -1 : bytes.lastIndexOf(newline);
    if (end === -1 && pendingBytes > longestLine)
      throw new RangeError(`line ${firstLine} is over 256 MiB long`);
    if (end === -1) continue;
    const block = joined([...pending.slice(0, -1), bytes.subarray(0, end + 1)]);
    // counted before the block moves to a thread and is here no more
    const lines = lineCount(block);
    yield { bytes: block, firstLine };
    firstLine += lines;
    pending = [bytes.subarray(end + 1)];
    pendingBytes = bytes.length - end - 1;
  }
  if (pendingBytes > 0) yield { bytes: joined(pending), firstLine };
}

/** A buffer of its own, which can move to a thread. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decoded({ bytes, firstLine }: LineBlock, file: string): string {
  try {
    const text = decoder.decode(bytes);
    return firstLine === 1 && text.startsWith("\uFEFF") ? text.slice(1) : text;
  } catch {
    throw malformedRow(file, firstLine + badLine(bytes), "it is not UTF-8 text");
  }
}

/** Which line of the block is not UTF-8, from 0. */
function badLine(bytes: Uint8Array): number {
  let [line, start] = [0, 0];
  for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end + 1;
    line++;
  }
  return line;
}

function parsed(text: string, line: number, file: string): Row {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const result = parseJson(text);
    const problem = result.ok ? "it cannot be read" : result.problem.reason;
    throw malformedRow(file, line, problem);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw malformedRow(file, line, "it holds another value");
  const row = value as Record<string, unknown>;
  return { id: rowId(row["id"], line), line, value: row, text };
}

/** A row without a usable `id` is known by its line. */
function rowId(id: unknown, line: number): string {
  return typeof id === "string" || typeof id === "number" ? String(id) : String(line);
}

interface Line {
  readonly text: string;
  readonly line: number;
}

function* linesIn(block: LineBlock, file: string): Generator<Line> {
  const text = decoded(block, file);
  let line = block.firstLine;
  for (let start = 0; start < text.length; line++) {
    const found = text.indexOf("\n", start);
    const end = found === -1 ? text.length : found;
    const one = text.slice(start, text.charCodeAt(end - 1) === 0x0d ? end - 1 : end);
    if (one.trim() !== "") yield { text: one, line };
    start = end + 1;
  }
}

/** The rows of a block; blank lines are counted and skipped. Throws DataError FT-ROWS-001 with the line. */
export function* rowsOf(block: LineBlock, file: string): Generator<Row> {
  for (const { text, line } of linesIn(block, file)) yield parsed(text, line, file);
}

/** The same rows as lines alone, where they have been read before and are only passed on. */
export function* rowLines(block: LineBlock, file: string): Generator<string> {
  for (const { text } of linesIn(block, file)) yield text;
}
