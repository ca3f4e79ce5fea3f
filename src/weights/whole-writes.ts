// Bytes written at a place of an open file, all of them, and a file closed once the disk has it.
import { closeSync, fsyncSync, writeSync } from "node:fs";

/** No system writes more at once. */
const MOST_BYTES = 2 ** 30;

/** Throws the file system's error. */
export function writeAt(file: number, bytes: Uint8Array, place: number): void {
  let written = 0;
  while (written < bytes.length) {
    const length = Math.min(MOST_BYTES, bytes.length - written);
    written += writeSync(file, bytes, written, length, place + written);
  }
}

/** What was written lies on the disk afterwards. */
export function closeSynced(file: number): void {
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
