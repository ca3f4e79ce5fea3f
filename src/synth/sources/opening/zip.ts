// Zip archives: what is in one, by its central directory, and each member's bytes. Takes nothing on trust: sizes,
// places and ratios are checked before anything is unpacked, and unpacking ends where a member said it would.
import { createInflateRaw, inflateRawSync } from "node:zlib";
import { formatBytes } from "../../../core/units.ts";
import { beyondLimit, damaged, protectedSource } from "../errors.ts";
import type { ReadLimits } from "../limits.ts";
import type { RangeSource } from "./disk.ts";
import type { ByteSource } from "./input.ts";

export interface ZipEntry {
  readonly name: string;
  /** Unpacked, as it says. */
  readonly size: number;
  readonly packed: number;
  readonly offset: number;
  readonly method: number;
  readonly isEncrypted: boolean;
}

const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const LARGEST_DIRECTORY = 64 * 2 ** 20;
/** Unpacked at once up to this, beyond it as a stream. */
const AT_ONCE_BYTES = 16 * 2 ** 20;
const CHUNK_BYTES = 1 << 18;

export const isZip = (head: Uint8Array): boolean =>
  head[0] === 0x50 &&
  head[1] === 0x4b &&
  ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6));

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

interface Directory {
  readonly entries: number;
  readonly bytes: number;
  readonly offset: number;
}

/** The end record, behind which only a comment may stand. */
function directoryOf(archive: RangeSource): Directory {
  const tail = Math.min(archive.size, END_BYTES + LONGEST_COMMENT);
  const start = archive.size - tail;
  const bytes = archive.range(start, tail);
  const view = viewOf(bytes);
  for (let at = bytes.length - END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue;
    const found = {
      entries: view.getUint16(at + 10, true),
      bytes: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
    };
    const isLarge = found.entries === 0xffff || found.offset === 0xffffffff;
    return isLarge ? (largeDirectory(archive, start + at) ?? found) : found;
  }
  throw damaged("a zip archive without its directory");
}

/** That of an archive with more files or bytes than 16 and 32 bits count (zip64). */
function largeDirectory(archive: RangeSource, end: number): Directory | undefined {
  if (end < 20) return undefined;
  const locator = viewOf(archive.range(end - 20, 20));
  if (locator.getUint32(0, true) !== 0x07064b50) return undefined;
  const record = archive.range(Number(locator.getBigUint64(8, true)), 56);
  if (record.length < 56) throw damaged("a zip archive whose directory is elsewhere");
  const view = viewOf(record);
  if (view.getUint32(0, true) !== 0x06064b50) throw damaged("a zip archive without its directory");
  const number = (at: number): number => Number(view.getBigUint64(at, true));
  return { entries: number(32), bytes: number(40), offset: number(48) };
}

const strict = new TextDecoder("utf-8", { fatal: true });

function nameOf(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes).replaceAll("\\", "/");
  } catch {
    return Buffer.from(bytes).toString("latin1").replaceAll("\\", "/");
  }
}

/** Sizes and place where 32 bits do not hold them, from the entry's extra field. */
function largeNumbers(extra: Uint8Array, wanted: readonly boolean[]): (number | undefined)[] {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let next = at + 4;
    return wanted.map((isWanted) => {
      if (!isWanted || next + 8 > extra.length) return undefined;
      next += 8;
      return Number(view.getBigUint64(next - 8, true));
    });
  }
  return [];
}

function entryAt(bytes: Uint8Array, at: number): { entry: ZipEntry; next: number } {
  const view = viewOf(bytes);
  if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50)
    throw damaged("a zip archive whose directory breaks off");
  const lengths = [28, 30, 32].map((field) => view.getUint16(at + field, true));
  const [nameLength = 0, extraLength = 0, commentLength = 0] = lengths;
  const name = nameOf(bytes.subarray(at + 46, at + 46 + nameLength));
  const extraStart = at + 46 + nameLength;
  const small = [24, 20, 42].map((field) => view.getUint32(at + field, true));
  const large = largeNumbers(
    bytes.subarray(extraStart, extraStart + extraLength),
    small.map((number) => number === 0xffffffff),
  );
  const [size = 0, packed = 0, offset = 0] = small.map((number, which) => large[which] ?? number);
  const isEncrypted = (view.getUint16(at + 8, true) & 1) === 1;
  const method = view.getUint16(at + 10, true);
  const next = extraStart + extraLength + commentLength;
  return { entry: { name, size, packed, offset, method, isEncrypted }, next };
}

function entriesOf(archive: RangeSource, limits: ReadLimits): ZipEntry[] {
  const { entries, bytes, offset } = directoryOf(archive);
  if (entries > limits.members) throw beyondLimit(`${entries} files in one archive`);
  if (bytes > LARGEST_DIRECTORY) throw beyondLimit(`a directory of ${formatBytes(bytes)}`);
  const directory = archive.range(offset, bytes);
  const found: ZipEntry[] = [];
  for (let at = 0; found.length < entries;) {
    const { entry, next } = entryAt(directory, at);
    found.push(entry);
    at = next;
  }
  return found;
}

/** Members that share their bytes, or unpack to far more than there is, are what bombs are made of. */
function refuseBombs(entries: readonly ZipEntry[], archive: RangeSource, limits: ReadLimits): void {
  let [packed, size] = [0, 0];
  for (const entry of entries) {
    packed += entry.packed;
    size += entry.size;
  }
  if (packed > archive.size) throw beyondLimit("members of an archive that overlap");
  if (size > limits.freeBytes && size > archive.size * limits.expansion)
    throw beyondLimit(
      `an archive of ${formatBytes(archive.size)} that unpacks to ${formatBytes(size)}`,
    );
}

/** An archive whose directory has been read and found sound. */
export class ZipArchive {
  readonly entries: readonly ZipEntry[];
  readonly #archive: RangeSource;
  readonly #byName: ReadonlyMap<string, ZipEntry>;

  /** @throws DataError FT-SOURCE-004 for what is damaged, FT-SOURCE-005 for a bomb. */
  constructor(archive: RangeSource, limits: ReadLimits) {
    const entries = entriesOf(archive, limits);
    refuseBombs(entries, archive, limits);
    this.entries = entries.filter(({ name }) => !name.endsWith("/"));
    this.#archive = archive;
    this.#byName = new Map(this.entries.map((entry) => [entry.name, entry]));
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** @throws DataError for a member that is not there, encrypted, or packed in a way that is not known. */
  member(name: string): ByteSource {
    const entry = this.#byName.get(name);
    if (entry === undefined) throw damaged(`${name} is missing in it`);
    if (entry.isEncrypted) throw protectedSource("encrypted with a password");
    const { size, method } = entry;
    if (method === 0) return { size, chunks: () => this.#stored(entry) };
    if (method !== 8) throw damaged(`${name} is packed by method ${method}, not by deflate`);
    return {
      size,
      chunks: () => (size <= AT_ONCE_BYTES ? this.#atOnce(entry) : this.#unpacked(entry)),
    };
  }

  #start({ name, offset }: ZipEntry): number {
    const header = this.#archive.range(offset, 30);
    const view = viewOf(header);
    if (header.length < 30 || view.getUint32(0, true) !== 0x04034b50)
      throw damaged(`${name} is not where the directory says`);
    return offset + 30 + view.getUint16(26, true) + view.getUint16(28, true);
  }

  async *#stored(entry: ZipEntry): AsyncGenerator<Uint8Array> {
    const start = this.#start(entry);
    for (let at = 0; at < entry.packed; at += CHUNK_BYTES)
      yield this.#archive.range(start + at, Math.min(CHUNK_BYTES, entry.packed - at));
  }

  async *#atOnce(entry: ZipEntry): AsyncGenerator<Uint8Array> {
    const packed = this.#archive.range(this.#start(entry), entry.packed);
    let bytes: Uint8Array;
    try {
      bytes = inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.size) });
    } catch (error) {
      throw damaged(`${entry.name} does not unpack to ${formatBytes(entry.size)}`, error);
    }
    if (bytes.length > 0) yield bytes;
  }

  async *#unpacked(entry: ZipEntry): AsyncGenerator<Uint8Array> {
    const inflate = createInflateRaw({ chunkSize: CHUNK_BYTES });
    const feed = async (): Promise<void> => {
      for await (const chunk of this.#stored(entry))
        if (!inflate.write(chunk)) await new Promise((resolve) => inflate.once("drain", resolve));
      inflate.end();
    };
    feed().catch((error: unknown) => inflate.destroy(error as Error));
    let length = 0;
    try {
      for await (const chunk of inflate as AsyncIterable<Uint8Array>) {
        length += chunk.length;
        if (length > entry.size) throw damaged(`${entry.name} unpacks to more than it says`);
        yield chunk;
      }
    } catch (error) {
      throw damaged(`${entry.name} does not unpack`, error);
    }
  }
}
