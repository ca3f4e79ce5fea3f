// A SourceInput over anything that gives bytes: a file on the disk, a member of an archive. Keeps the limit of size.
import { TextDecoder } from "node:util";
import { decodedPieces } from "../decoding.ts";
import { tooLarge } from "../errors.ts";
import type { ReadLimits } from "../limits.ts";
import type { ReadNote, SourceInput, SourceMember } from "../reader.ts";

/** Whatever gives the bytes of one file, each time from its beginning. */
export interface ByteSource {
  /** Unpacked. */
  readonly size: number;
  chunks(): AsyncIterable<Uint8Array>;
}

export interface InputSettings {
  readonly limits: ReadLimits;
  /** What the user says text without a byte-order mark is encoded in. */
  readonly encoding?: string | undefined;
}

export interface InputPlace {
  readonly name: string;
  readonly source: string;
  readonly members?: readonly SourceMember[];
}

export const HEAD_BYTES = 1 << 16;

/** The first 64 KiB, or all there is. */
export async function headOf(bytes: ByteSource): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bytes.chunks()) {
    parts.push(chunk);
    length += chunk.length;
    if (length >= HEAD_BYTES) break;
  }
  return Buffer.concat(parts).subarray(0, HEAD_BYTES);
}

/** @throws DataError FT-SOURCE-002 for more than `limit` bytes. */
export async function allBytes(bytes: ByteSource, limit: number): Promise<Uint8Array> {
  if (bytes.size > limit) throw tooLarge(bytes.size, limit);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bytes.chunks()) {
    length += chunk.length;
    if (length > limit) throw tooLarge(length, limit);
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

async function concatenated(pieces: AsyncIterable<string>): Promise<string> {
  const all: string[] = [];
  for await (const piece of pieces) all.push(piece);
  return all.join("");
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** One file of an export. */
export function memberOf(
  name: string,
  bytes: ByteSource,
  { limits, encoding }: InputSettings,
  tell: (note: ReadNote) => void,
): SourceMember {
  const all = (): Promise<Uint8Array> => allBytes(bytes, limits.fileBytes);
  const text = async (named?: string): Promise<string> => {
    const own = named !== undefined && isEncoding(named) ? named : undefined;
    return concatenated(decodedPieces(once(await all()), encoding ?? own, tell));
  };
  return { name, size: bytes.size, bytes: all, text, chunks: () => bytes.chunks() };
}

export function sourceInput(
  { name, source, members = [] }: InputPlace,
  bytes: ByteSource,
  settings: InputSettings,
  tell: (note: ReadNote) => void,
): SourceInput {
  return {
    ...memberOf(name, bytes, settings, tell),
    ...{ source, limits: settings.limits, members, note: tell },
    texts: () => decodedPieces(bytes.chunks(), settings.encoding, tell),
  };
}

/** Whether Node knows an encoding by this name. */
export function isEncoding(name: string): boolean {
  try {
    return new TextDecoder(name).encoding !== "";
  } catch {
    return false;
  }
}
