// The table of contents of a zip archive as torch writes it: files stored as they are, one after another.
// Reads no content and unpacks nothing: a compressed or encrypted entry is refused. Format: PKWARE's APPNOTE.TXT.
import type { ByteSource } from "../byte-source.ts";
import { PickleProblem } from "./values.ts";

export interface ArchiveEntry {
  name: string;
  /** Bytes of the archive, `end` excluded. */
  begin: number;
  end: number;
}

const END = 0x06054b50;
const END_BYTES = 22;
const END64 = 0x06064b50;
const END64_BYTES = 56;
const LOCATOR = 0x07064b50;
const LOCATOR_BYTES = 20;
const CENTRAL = 0x02014b50;
const CENTRAL_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const LONGEST_COMMENT = 65_535;
const MOST_ENTRIES = 1_000_000;
const MOST_TABLE_BYTES = 2 ** 27;
const ENCRYPTED = 1;
const ZIP64_EXTRA = 1;
const IN_ZIP64 = 0xff_ff_ff_ff;

interface Table {
  begin: number;
  bytes: number;
  count: number;
}

interface Listed {
  name: string;
  localAt: number;
  bytes: number;
}

export const isZip = (start: Uint8Array): boolean =>
  start[0] === 0x50 && start[1] === 0x4b && start[2] === 3 && start[3] === 4;

async function bytesAt(source: ByteSource, at: number, count: number): Promise<Buffer> {
  const isWithin = at >= 0 && at + count <= source.bytes;
  const bytes = isWithin ? Buffer.from(await source.read(at, count)) : undefined;
  if (bytes?.length === count) return bytes;
  throw new PickleProblem("its table of contents lies outside the file", "truncated");
}

function sizeAt(bytes: Buffer, at: number): number {
  const size = Number(bytes.readBigUInt64LE(at));
  if (Number.isSafeInteger(size)) return size;
  throw new PickleProblem("it states an impossible size");
}

/** Where the archive says that its table is. */
async function tableOf(source: ByteSource): Promise<Table> {
  const tailBytes = Math.min(source.bytes, END_BYTES + LONGEST_COMMENT);
  const tail = await bytesAt(source, source.bytes - tailBytes, tailBytes);
  let at = tail.length - END_BYTES;
  while (at >= 0 && tail.readUInt32LE(at) !== END) at--;
  if (at < 0) throw new PickleProblem("the end of the archive is missing", "truncated");
  const endAt = source.bytes - tailBytes + at;
  const [count, bytes, begin] = [
    tail.readUInt16LE(at + 10),
    tail.readUInt32LE(at + 12),
    tail.readUInt32LE(at + 16),
  ];
  const isLarge = count === 0xffff || bytes === IN_ZIP64 || begin === IN_ZIP64;
  return isLarge ? largeTable(source, endAt) : { count, bytes, begin };
}

async function largeTable(source: ByteSource, endAt: number): Promise<Table> {
  const locator = await bytesAt(source, endAt - LOCATOR_BYTES, LOCATOR_BYTES);
  if (locator.readUInt32LE() !== LOCATOR)
    throw new PickleProblem("no way to its table of contents");
  const end = await bytesAt(source, sizeAt(locator, 8), END64_BYTES);
  if (end.readUInt32LE() !== END64)
    throw new PickleProblem("its table of contents is not where it says");
  return { count: sizeAt(end, 32), bytes: sizeAt(end, 40), begin: sizeAt(end, 48) };
}

/** Sizes and places of 64 bits, in the order in which the entry left them out. */
function largeFields(extra: Buffer, wanted: number): number[] {
  for (let at = 0; at + 4 <= extra.length;) {
    const [id, length] = [extra.readUInt16LE(at), extra.readUInt16LE(at + 2)];
    if (id === ZIP64_EXTRA && length >= 8 * wanted && at + 4 + length <= extra.length)
      return Array.from({ length: wanted }, (_, field) => sizeAt(extra, at + 4 + 8 * field));
    at += 4 + length;
  }
  throw new PickleProblem("an entry without its size");
}

function checkStored(name: string, flags: number, method: number): void {
  if ((flags & ENCRYPTED) !== 0) throw new PickleProblem(`${name} is encrypted`);
  if (method !== 0) throw new PickleProblem(`${name} is compressed, which torch never does`);
}

function listedAt(table: Buffer, at: number): { entry: Listed; next: number } {
  if (at + CENTRAL_BYTES > table.length || table.readUInt32LE(at) !== CENTRAL)
    throw new PickleProblem("its table of contents is damaged");
  const lengths = [28, 30, 32].map((field) => table.readUInt16LE(at + field)) as number[];
  const [nameBytes = 0, extraBytes = 0, commentBytes = 0] = lengths;
  const nameEnd = at + CENTRAL_BYTES + nameBytes;
  const next = nameEnd + extraBytes + commentBytes;
  if (next > table.length) throw new PickleProblem("its table of contents is damaged");
  const name = table.toString("utf8", at + CENTRAL_BYTES, nameEnd);
  checkStored(name, table.readUInt16LE(at + 8), table.readUInt16LE(at + 10));
  // Of what is stored as it is, both sizes are the same.
  const short = [24, 20, 42].map((field) => table.readUInt32LE(at + field));
  const left = short.filter((value) => value === IN_ZIP64).length;
  const large = left === 0 ? [] : largeFields(table.subarray(nameEnd, nameEnd + extraBytes), left);
  const [bytes = 0, , localAt = 0] = short.map((value) =>
    value === IN_ZIP64 ? (large.shift() ?? 0) : value,
  );
  return { entry: { name, localAt, bytes }, next };
}

/** What the archive holds, by name. @throws PickleProblem for what torch does not write. */
export async function archiveEntries(source: ByteSource): Promise<ReadonlyMap<string, Listed>> {
  const { count, bytes, begin } = await tableOf(source);
  if (count > MOST_ENTRIES || bytes > MOST_TABLE_BYTES)
    throw new PickleProblem(`it announces ${count} entries, more than ${MOST_ENTRIES}`);
  const table = await bytesAt(source, begin, bytes);
  const entries = new Map<string, Listed>();
  let at = 0;
  for (let number = 0; number < count; number++) {
    const { entry, next } = listedAt(table, at);
    if (entries.has(entry.name)) throw new PickleProblem(`${entry.name} is there twice`);
    entries.set(entry.name, entry);
    at = next;
  }
  return entries;
}

/** Where an entry's content lies: behind a header of its own, whose names may have other lengths. */
export async function contentOf(
  source: ByteSource,
  { name, localAt, bytes }: Listed,
): Promise<ArchiveEntry> {
  const header = await bytesAt(source, localAt, LOCAL_BYTES);
  if (header.readUInt32LE() !== LOCAL)
    throw new PickleProblem(`${name} is not where the archive says`);
  const begin = localAt + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (begin + bytes <= source.bytes) return { name, begin, end: begin + bytes };
  throw new PickleProblem(`${name} goes on beyond the end of the file`, "truncated");
}
