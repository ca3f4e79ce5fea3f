// Files on the disk as bytes: opened without waiting, read by range, never a pipe or a device.
import { closeSync, createReadStream, fstatSync, openSync, readSync } from "node:fs";
import { readWithoutWaiting } from "../../../core/open-flags.ts";
import { reasonOf } from "../../../core/system-errors.ts";
import { notOpened, notReadable } from "../errors.ts";
import type { ByteSource } from "./input.ts";

/** Bytes that are read at once. */
const CHUNK_BYTES = 1 << 18;

/** A file of known size of which any range can be read. */
export interface RangeSource extends ByteSource {
  /** Bytes from `start`, at most `length`; fewer at the end. */
  range(start: number, length: number): Uint8Array;
}

function opened<T>(file: string, use: (descriptor: number) => T): T {
  let descriptor: number;
  try {
    descriptor = openSync(file, readWithoutWaiting);
  } catch (error) {
    throw notReadable(reasonOf(error as NodeJS.ErrnoException) ?? String(error), error);
  }
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function readRange(descriptor: number, start: number, length: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const read = readSync(descriptor, bytes, done, length - done, start + done);
    if (read === 0) break;
    done += read;
  }
  return bytes.subarray(0, done);
}

/** @throws DataError FT-SOURCE-009 for what is no file, FT-SOURCE-010 for what the system refuses. */
export function fileOnDisk(file: string): RangeSource {
  const size = opened(file, (descriptor) => {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw notOpened("a folder, a pipe or a device, not a file");
    return stats.size;
  });
  return {
    size,
    chunks: () => createReadStream(file, { highWaterMark: CHUNK_BYTES }),
    range: (start, length) =>
      opened(file, (descriptor) => readRange(descriptor, start, Math.min(length, size - start))),
  };
}

/** The same of bytes that are there already. */
export function inMemory(bytes: Uint8Array): RangeSource {
  return {
    size: bytes.length,
    async *chunks() {
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
        yield bytes.subarray(at, at + CHUNK_BYTES);
    },
    range: (start, length) => bytes.subarray(start, start + length),
  };
}
