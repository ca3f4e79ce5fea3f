// Reads a small file that a stranger may have put there: whole, but never a pipe, a device, or more than a limit.
// Weights are not read so; they are read by range.
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { readWithoutWaiting } from "./open-flags.ts";

/** What is there cannot be one of these files; the caller says which file. */
export class NotSuchAFile extends Error {}

/** @throws NotSuchAFile for what is no file or larger than `limit` bytes, else what the system says. */
export function boundedFile(file: string, limit: number): Buffer {
  const descriptor = openSync(file, readWithoutWaiting);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new NotSuchAFile("a folder, a pipe or a device, not a file");
    if (stats.size > limit)
      throw new NotSuchAFile(`${stats.size} bytes, more than the ${limit} such a file may have`);
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
