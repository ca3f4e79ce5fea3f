// Reads and checks the header of a .gguf file: metadata, and where which tensor lies. Versions 2 and 3, either byte order.
// Reads no tensor data and needs no addon. Format: github.com/ggml-org/ggml, docs/gguf.md.
import { elementCount } from "../../core/element-count.ts";
import type { ByteSource } from "../byte-source.ts";
import { withFile } from "../byte-source.ts";
import { malformed } from "../weight-errors.ts";
import { Cursor, GgufProblem, MoreNeeded, type Opening } from "./cursor.ts";
import type { GgufEntries, GgufEntry } from "./entries.ts";
import { ggufType, type GgufTypeFacts } from "./types.ts";
import { type GgufValue, readEntry } from "./values.ts";

export interface GgufTensor {
  type: GgufTypeFacts;
  /** Row-major, as everywhere else: the file has it the other way round. */
  shape: readonly number[];
  /** Bytes of the file, `end` excluded. */
  begin: number;
  end: number;
}

export interface GgufHeader {
  version: number;
  littleEndian: boolean;
  metadata: ReadonlyMap<string, GgufValue>;
  /** The same with the kinds that the file has them in. */
  entries: GgufEntries;
  /** In the order of the file. */
  tensors: ReadonlyMap<string, GgufTensor>;
  /** Byte of the file at which tensor data begins. */
  dataStart: number;
  fileBytes: number;
}

const MAGIC = "GGUF";
/** Enough for most headers; larger ones take a second look. */
const FIRST_BYTES = 2 ** 22;
const MAX_HEADER_BYTES = 2 ** 26;
const MOST_KEYS = 65_536;
const MOST_TENSORS = 100_000;
const LONGEST_NAME = 65_535;
const MOST_DIMENSIONS = 4;
/** Bytes that a key with its value, and a tensor's entry, take at least. */
const LEAST_KEY = 13;
const LEAST_TENSOR = 24;

/**
 * The checked header of the file at `path`.
 * @throws ModelError FT-WEIGHTS-001 (cannot be read, exit 3), and those of `readGgufHeader`.
 */
export async function readGgufFile(path: string): Promise<GgufHeader> {
  return await withFile(path, readGgufHeader);
}

/**
 * The checked header of a file, wherever it is.
 * @throws ModelError 050 truncated, 051 not a header, 052 impossible tensors, 053 tensors overlap or lie
 * outside the file (exit 7).
 */
export async function readGgufHeader(source: ByteSource): Promise<GgufHeader> {
  const { name, bytes: fileBytes } = source;
  let wanted = Math.min(FIRST_BYTES, fileBytes);
  for (;;) {
    const prefix = await source.read(0, wanted);
    if (prefix.length < wanted) throw failed(name, endedEarly());
    try {
      return parseGguf(name, prefix, fileBytes);
    } catch (error) {
      if (!(error instanceof MoreNeeded)) throw failed(name, error);
      wanted = nextLength(name, { read: wanted, needed: error.bytes, fileBytes });
    }
  }
}

function endedEarly(): GgufProblem {
  return new GgufProblem("truncated", "it ended while its header was read");
}

/** Twice as much each time, so that all the looks together cost no more than two. */
function nextLength(
  name: string,
  { read, needed, fileBytes }: { read: number; needed: number; fileBytes: number },
): number {
  if (needed > MAX_HEADER_BYTES) {
    const message = `its header is longer than ${MAX_HEADER_BYTES} bytes`;
    throw failed(name, new GgufProblem("malformed", message));
  }
  return Math.min(fileBytes, MAX_HEADER_BYTES, Math.max(needed, 2 * read));
}

function failed(file: string, error: unknown): unknown {
  if (!(error instanceof GgufProblem)) return error;
  const isCut = error.kind === "truncated";
  const message = isCut ? `truncated: ${error.message}` : `not a valid GGUF file: ${error.message}`;
  return malformed(isCut ? "FT-WEIGHTS-050" : "FT-WEIGHTS-051", file, message);
}

/** Throws MoreNeeded when the header does not end within `prefix`. */
function parseGguf(file: string, prefix: Uint8Array, fileBytes: number): GgufHeader {
  const littleEndian = isLittleEndian(prefix, fileBytes);
  const cursor = new Cursor({ prefix, fileBytes, littleEndian });
  cursor.bytes(MAGIC.length);
  const version = cursor.u32();
  if (version !== 2 && version !== 3) {
    throw new GgufProblem("malformed", `version ${version}; versions 2 and 3 are read`);
  }
  const tensorCount = count(cursor, { least: LEAST_TENSOR, most: MOST_TENSORS, what: "tensors" });
  const keyCount = count(cursor, { least: LEAST_KEY, most: MOST_KEYS, what: "keys" });
  const entries = readMetadata(cursor, keyCount);
  const metadata = new Map([...entries].map(([key, { value }]) => [key, value]));
  const listed = readEntries(cursor, tensorCount);
  const alignment = alignmentOf(metadata);
  const dataStart = Math.ceil(cursor.position / alignment) * alignment;
  const tensors = placed(file, listed, { alignment, dataStart, fileBytes });
  return { version, littleEndian, metadata, entries, tensors, dataStart, fileBytes };
}

/** Versions are small, so the byte order shows in which half of the number is zero. */
function isLittleEndian(prefix: Uint8Array, fileBytes: number): boolean {
  const opening: Opening = { prefix, fileBytes, littleEndian: true };
  const cursor = new Cursor(opening);
  if (Buffer.from(cursor.bytes(MAGIC.length)).toString("latin1") !== MAGIC) {
    throw new GgufProblem("malformed", `it does not begin with ${MAGIC}`);
  }
  const version = cursor.u32();
  return version === 0 || (version & 0xffff) !== 0;
}

function count(
  cursor: Cursor,
  { least, most, what }: { least: number; most: number; what: string },
): number {
  const found = cursor.size();
  cursor.expect(found, least, what);
  if (found <= most) return found;
  throw new GgufProblem("malformed", `it announces ${found} ${what}, more than ${most}`);
}

function readMetadata(cursor: Cursor, keys: number): Map<string, GgufEntry> {
  const metadata = new Map<string, GgufEntry>();
  for (let key = 0; key < keys; key++) {
    const name = cursor.text(LONGEST_NAME, "a key");
    if (metadata.has(name)) {
      throw new GgufProblem("malformed", `key ${JSON.stringify(name)} is there twice`);
    }
    metadata.set(name, readEntry(cursor, name));
  }
  return metadata;
}

const DEFAULT_ALIGNMENT = 32;
const LARGEST_ALIGNMENT = 2 ** 20;

function alignmentOf(metadata: ReadonlyMap<string, GgufValue>): number {
  const value = metadata.get("general.alignment") ?? DEFAULT_ALIGNMENT;
  const isPower =
    typeof value === "number" &&
    value >= 1 &&
    value <= LARGEST_ALIGNMENT &&
    Number.isInteger(Math.log2(value));
  if (isPower) return value;
  const shown = typeof value === "object" ? "a list" : String(value);
  throw new GgufProblem("malformed", `general.alignment is ${shown}, no power of two`);
}

interface Entry {
  name: string;
  /** As in the file: the fastest axis first. */
  lengths: number[];
  type: number;
  offset: number;
}

function readEntries(cursor: Cursor, tensors: number): Entry[] {
  const entries: Entry[] = [];
  for (let tensor = 0; tensor < tensors; tensor++) {
    const name = cursor.text(LONGEST_NAME, "a tensor's name");
    const dimensions = cursor.u32();
    if (dimensions > MOST_DIMENSIONS) {
      const message = `tensor ${JSON.stringify(name)} has ${dimensions} dimensions, more than ${MOST_DIMENSIONS}`;
      throw new GgufProblem("malformed", message);
    }
    const lengths = Array.from({ length: dimensions }, () => cursor.size());
    entries.push({ name, lengths, type: cursor.u32(), offset: cursor.size() });
  }
  return entries;
}

interface Place {
  alignment: number;
  dataStart: number;
  fileBytes: number;
}

/** Checks what the entries say of sizes and places. */
function placed(file: string, entries: readonly Entry[], place: Place): Map<string, GgufTensor> {
  const tensors = new Map<string, GgufTensor>();
  const problems: string[] = [];
  for (const entry of entries) {
    const tensor = tensors.has(entry.name) ? "is there twice" : sized(entry, place);
    if (typeof tensor === "string") problems.push(`tensor ${JSON.stringify(entry.name)} ${tensor}`);
    else tensors.set(entry.name, tensor);
  }
  if (problems.length > 0) {
    const message = `its header describes ${problems.length} impossible ${problems.length === 1 ? "tensor" : "tensors"}`;
    throw malformed("FT-WEIGHTS-052", file, message, problems);
  }
  checkPlaces(file, tensors, place.fileBytes);
  return tensors;
}

/** The tensor, or what is wrong with it. */
function sized(entry: Entry, { alignment, dataStart }: Place): GgufTensor | string {
  const type = ggufType(entry.type);
  if (type === undefined) return `has the unknown element type ${entry.type}`;
  const elements = elementCount(entry.lengths);
  const bytes = (elements / type.blockSize) * type.blockBytes;
  const begin = dataStart + entry.offset;
  const what = `${type.name} of shape [${entry.lengths.toReversed().join(", ")}]`;
  if (!Number.isSafeInteger(elements) || !Number.isSafeInteger(begin + Math.ceil(bytes)))
    return `is ${what}, no possible size`;
  if ((entry.lengths[0] ?? 1) % type.blockSize !== 0)
    return `is ${what}: rows are no multiple of ${type.blockSize}`;
  if (entry.offset % alignment !== 0)
    return `begins at ${entry.offset}, no multiple of ${alignment}`;
  return { type, shape: entry.lengths.toReversed(), begin, end: begin + bytes };
}

/** Gaps are allowed: tensors are padded to the alignment. */
function checkPlaces(file: string, tensors: Map<string, GgufTensor>, fileBytes: number): void {
  const ordered = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  const outside = ordered.filter(([, { end }]) => end > fileBytes);
  if (outside.length > 0) {
    const needed = outside.reduce((most, [, { end }]) => Math.max(most, end), 0);
    const message = `truncated: its tensors need ${needed} bytes, the file has ${fileBytes} (${outside.length} tensors incomplete)`;
    throw malformed("FT-WEIGHTS-050", file, message);
  }
  const problems = overlaps(ordered);
  if (problems.length === 0) return;
  throw malformed("FT-WEIGHTS-053", file, "its tensors overlap", problems);
}

function overlaps(ordered: readonly [string, GgufTensor][]): string[] {
  const problems: string[] = [];
  let [covered, before] = [0, ""];
  for (const [name, { begin, end }] of ordered) {
    const shown = JSON.stringify(name);
    if (begin < covered && end > begin)
      problems.push(`tensor ${shown} overlaps tensor ${before} (byte ${begin})`);
    if (end > covered) [covered, before] = [end, shown];
  }
  return problems;
}
