// Rows of a JSON-lines file in blocks of whole lines, so that threads can parse them, and the rows of a block. Memory is
// that of a few blocks. Knows nothing of what rows mean: row-text.ts does.
import { type FileHandle, open } from "node:fs/promises";
import { parseJson } from "../../core/json-text.ts";
import { encodingOf, utf8Chunks } from "../../core/text-encoding.ts";
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
export function lineCount({ buffer, byteOffset, length }: Uint8Array): number {
  // Buffer looks for a byte four times as fast as other arrays
  const bytes = Buffer.from(buffer, byteOffset, length);
  let count = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) count++;
  return count;
}

/** Throws the file system's error when the file cannot be read, RangeError for a line over 256 MiB. */
export async function* readLineBlocks(file: string): AsyncGenerator<LineBlock> {
  await using handle = await open(file);
  const first = await filled(handle, new Uint8Array(0));
  const more = encodingOf(first.bytes) === "utf-8" ? undefined : converter(handle, first);
  let { bytes, isAll } = (await more?.(new Uint8Array(0))) ?? first;
  for (let firstLine = 1; ;) {
    const end = isAll ? bytes.length : bytes.lastIndexOf(newline) + 1;
    if (end === 0 && bytes.length > longestLine)
      throw new RangeError(`line ${firstLine} is over 256 MiB long`);
    const block = bytes.subarray(0, end);
    // both looked at before the block moves to a thread and is here no more
    const left = new Uint8Array(bytes.subarray(end));
    const lines = isAll ? 0 : lineCount(block);
    if (end > 0) yield { bytes: block, firstLine };
    if (isAll) return;
    firstLine += lines;
    ({ bytes, isAll } = await (more?.(left) ?? filled(handle, left)));
  }
}

interface Filled {
  /** In a buffer of its own, which can move to a thread. */
  readonly bytes: Uint8Array;
  /** Whether the file ends with them. */
  readonly isAll: boolean;
}

/** At least as much as is left over, so that a long line is not copied again for each block's worth of it. */
const roomFor = (left: Uint8Array): number => Math.max(blockBytes, left.length);

/** What is left of the block before, and what follows in the file. Not zeroed before: that costs as much as reading. */
async function filled(handle: FileHandle, left: Uint8Array): Promise<Filled> {
  const { buffer, length } = Buffer.allocUnsafeSlow(left.length + roomFor(left));
  const bytes = new Uint8Array(buffer);
  bytes.set(left);
  for (let used = left.length; used < length;) {
    const { bytesRead } = await handle.read(bytes, used, length - used, null);
    if (bytesRead === 0) return { bytes: bytes.subarray(0, used), isAll: true };
    used += bytesRead;
  }
  return { bytes, isAll: false };
}

async function* chunksOf(handle: FileHandle, first: Filled): AsyncGenerator<Buffer> {
  let { bytes, isAll } = first;
  for (;;) {
    yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    if (isAll) return;
    ({ bytes, isAll } = await filled(handle, new Uint8Array(0)));
  }
}

/** The same as `filled`, of a file in UTF-16. */
function converter(handle: FileHandle, first: Filled): (left: Uint8Array) => Promise<Filled> {
  const chunks = utf8Chunks(chunksOf(handle, first));
  return async (left) => {
    const parts = [left];
    for (let more = roomFor(left); more > 0;) {
      const next = await chunks.next();
      if (next.done === true) return { bytes: joined(parts), isAll: true };
      parts.push(next.value);
      more -= next.value.length;
    }
    return { bytes: joined(parts), isAll: false };
  };
}

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
/** Decoded at once: longer strings are made in room of their own, which costs half of the time. */
const decodedBytes = 64 * 1024;

/** Whole lines of the block, a few at a time. */
function* piecesOf({ bytes, firstLine }: LineBlock, file: string): Generator<string> {
  for (let start = 0; start < bytes.length;) {
    const most = start + decodedBytes;
    const last = most >= bytes.length ? -1 : bytes.lastIndexOf(newline, most);
    const next = last < start ? bytes.indexOf(newline, most) : last;
    const end = next === -1 || most >= bytes.length ? bytes.length : next + 1;
    const text = decoded(bytes.subarray(start, end));
    if (text === undefined)
      throw malformedRow(file, firstLine + badLine(bytes), "it is not UTF-8 text");
    yield firstLine === 1 && start === 0 && text.startsWith("\uFEFF") ? text.slice(1) : text;
    start = end;
  }
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Which line of the block is not UTF-8, from 0. */
function badLine(bytes: Uint8Array): number {
  let [line, start] = [0, 0];
  for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
    if (decoded(bytes.subarray(start, end)) === undefined) return line;
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

/** A line of white space. Most begin with a bracket, which tells at once. */
const isBlank = (line: string): boolean => line.charCodeAt(0) !== 0x7b && line.trim() === "";

/** Calls `take` for each line that is not blank. */
function* taken<T>(
  block: LineBlock,
  file: string,
  take: (text: string, line: number, file: string) => T,
): Generator<T> {
  let line = block.firstLine;
  for (const text of piecesOf(block, file)) {
    for (let start = 0; start < text.length; line++) {
      const found = text.indexOf("\n", start);
      const end = found === -1 ? text.length : found;
      const one = text.slice(start, text.charCodeAt(end - 1) === 0x0d ? end - 1 : end);
      if (!isBlank(one)) yield take(one, line, file);
      start = end + 1;
    }
  }
}

/** The rows of a block; blank lines are counted and skipped. Throws DataError FT-ROWS-001 with the line. */
export const rowsOf = (block: LineBlock, file: string): Generator<Row> =>
  taken(block, file, parsed);

/** The same rows as lines alone, where they have been read before and are only passed on. */
export const rowLines = (block: LineBlock, file: string): Generator<string> =>
  taken(block, file, (text) => text);
