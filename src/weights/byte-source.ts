import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { ModelError } from "../core/errors.ts";
// Bytes of a file by range, here or far away: what the checking readers read from. Judges nothing of what it reads.
import { readWithoutWaiting } from "../core/open-flags.ts";

/** A file that need not be on this disk. */
export interface ByteSource {
  /** For messages: a path, or where it would be. */
  name: string;
  bytes: number;
  /** `length` bytes from `position`; fewer when the file ends there. */
  read(position: number, length: number): Promise<Uint8Array>;
}

/**
 * Opens the file at `path` for `use` and closes it afterwards.
 * @throws ModelError FT-WEIGHTS-001 (exit 3) when it is missing, no file, or cannot be opened.
 */
export async function withFile<T>(
  path: string,
  use: (source: ByteSource) => Promise<T>,
): Promise<T> {
  const file = await opened(path);
  try {
    const bytes = await regularFileBytes(file, path);
    return await use({ name: path, bytes, read: reader(file) });
  } finally {
    await file.close();
  }
}

function unreadable(path: string, message: string, cause?: unknown): ModelError {
  const hint = `ls -l ${path} shows what is there`;
  return new ModelError("FT-WEIGHTS-001", { at: { file: path }, message, hint, cause });
}

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path, readWithoutWaiting);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw unreadable(path, missing ? "there is no such file" : "the file cannot be opened", error);
  }
}

async function regularFileBytes(file: FileHandle, path: string): Promise<number> {
  const stats = await file.stat();
  if (!stats.isFile()) throw unreadable(path, "not a file");
  return stats.size;
}

function reader(file: FileHandle): ByteSource["read"] {
  return async (position, length) => {
    const bytes = Buffer.alloc(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  };
}
