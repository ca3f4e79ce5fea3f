// Bytes of files: all lines into a new file, a file with one line another, lines behind those of a file. Knows no
// revisions; files.ts decides which of them and records it.
import { type FileHandle, open, readdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { isTemporaryName } from "../../core/atomic-files.ts";
import { isAlive } from "../../core/process-alive.ts";
import type { Line } from "./lines.ts";

const newline = 0x0a;
/** Bytes copied at once. */
const pieceBytes = 4 << 20;

/** What processes that were killed while writing this file have left beside it. */
export async function removeAbandoned(target: string): Promise<void> {
  for (const name of await readdir(dirname(target))) {
    if (!isTemporaryName(name) || !name.startsWith(`.${basename(target)}.tmp-`)) continue;
    const pid = Number(name.split("-").at(-2));
    if (isAlive({ pid, started: null, host: hostname() })) continue;
    await rm(join(dirname(target), name), { force: true });
  }
}

export const textOf = (lines: readonly Line[]): Buffer =>
  Buffer.from(lines.map(({ text }) => `${text}\n`).join(""));

/** Writes all of `pages`; gives the bytes. `holds` is asked between them. */
export async function writeLines(
  handle: FileHandle,
  pages: AsyncIterable<Line[]>,
  holds: () => Promise<boolean>,
): Promise<number> {
  let bytes = 0;
  let asked = performance.now();
  for await (const lines of pages) {
    const text = textOf(lines);
    await handle.writeFile(text);
    bytes += text.length;
    if (performance.now() - asked < 1000) continue;
    asked = performance.now();
    if (!(await holds()))
      throw new RangeError("another process has taken over the writing of the file");
  }
  return bytes;
}

async function copyRange(
  from: FileHandle,
  to: FileHandle,
  start: number,
  end: number,
): Promise<void> {
  const piece = Buffer.allocUnsafe(Math.min(pieceBytes, Math.max(end - start, 1)));
  for (let at = start; at < end;) {
    const { bytesRead } = await from.read(piece, 0, Math.min(piece.length, end - at), at);
    if (bytesRead === 0) throw new RangeError("the file is shorter than it was");
    await to.writeFile(piece.subarray(0, bytesRead));
    at += bytesRead;
  }
}

export interface Splice {
  offset: number;
  oldBytes: number;
  /** Of the line with its end; empty where it goes. */
  text: Buffer;
}

async function endsLine(handle: FileHandle, end: number): Promise<boolean> {
  if (end === 0) return true;
  const last = Buffer.alloc(1);
  await handle.read(last, 0, 1, end - 1);
  return last[0] === newline;
}

/**
 * Writes the file at `path` into `to` with other bytes in the place of some. False, and nothing of use in `to`, where
 * these are not whole lines.
 */
export async function writeSpliced(
  path: string,
  to: FileHandle,
  bytes: number,
  { offset, oldBytes, text }: Splice,
): Promise<boolean> {
  const from = await open(path, "r");
  try {
    const areLines =
      offset + oldBytes <= bytes &&
      (await endsLine(from, offset)) &&
      (await endsLine(from, offset + oldBytes));
    if (!areLines) return false;
    await copyRange(from, to, 0, offset);
    await to.writeFile(text);
    await copyRange(from, to, offset + oldBytes, bytes);
    return true;
  } finally {
    await from.close();
  }
}

/** Writes behind the first `bytes` of the file, of which nothing more is left, and waits for the disk. */
export async function writeBehind(path: string, bytes: number, text: Buffer): Promise<void> {
  const handle = await open(path, "r+");
  try {
    await handle.truncate(bytes);
    await handle.write(text, 0, text.length, bytes);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** The bytes of a file from `start` on. */
export async function bytesFrom(path: string, start: number, length: number): Promise<Buffer> {
  const handle = await open(path, "r");
  try {
    const bytes = Buffer.alloc(length);
    const { bytesRead } = await handle.read(bytes, 0, length, start);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
