// The values of GGUF's metadata: thirteen kinds, one of them lists of the others. Lists of lists are refused.
// Does not know what any key means.
import type { Memory } from "../../mx/binding.ts";
import { type Cursor, GgufProblem } from "./cursor.ts";
import { type GgufEntry, kindIds } from "./entries.ts";

/** Integers of 64 bits are numbers where they are safe ones. */
export type GgufValue = number | bigint | boolean | string | string[] | boolean[] | Memory;

const LONGEST_TEXT = 16_000_000;
/** Twice what the largest vocabularies have in merges. */
const MOST_ITEMS = 1_000_000;

type Numbers = (buffer: ArrayBuffer) => Memory;

interface Kind {
  /** Least bytes of one value. */
  bytes: number;
  read(cursor: Cursor): number | bigint | boolean | string;
  /** For numbers: the typed array that holds a list of them. */
  list?: Numbers;
}

function number(
  bytes: number,
  read: (view: DataView, at: number, littleEndian: boolean) => number,
  list: Numbers,
): Kind {
  return { bytes, read: (cursor) => read(...cursor.field(bytes), cursor.littleEndian), list };
}

function flag(cursor: Cursor): boolean {
  const [byte = 0] = cursor.bytes(1);
  if (byte > 1) throw new GgufProblem("malformed", `a flag is ${byte}, neither 0 nor 1`);
  return byte === 1;
}

const kinds: Readonly<Record<number, Kind>> = {
  0: number(
    1,
    (view, at) => view.getUint8(at),
    (buffer) => new Uint8Array(buffer),
  ),
  1: number(
    1,
    (view, at) => view.getInt8(at),
    (buffer) => new Int8Array(buffer),
  ),
  2: number(
    2,
    (view, at, little) => view.getUint16(at, little),
    (buffer) => new Uint16Array(buffer),
  ),
  3: number(
    2,
    (view, at, little) => view.getInt16(at, little),
    (buffer) => new Int16Array(buffer),
  ),
  4: number(
    4,
    (view, at, little) => view.getUint32(at, little),
    (buffer) => new Uint32Array(buffer),
  ),
  5: number(
    4,
    (view, at, little) => view.getInt32(at, little),
    (buffer) => new Int32Array(buffer),
  ),
  6: number(
    4,
    (view, at, little) => view.getFloat32(at, little),
    (buffer) => new Float32Array(buffer),
  ),
  7: { bytes: 1, read: flag },
  8: { bytes: 8, read: (cursor) => cursor.text(LONGEST_TEXT, "a text") },
  10: { bytes: 8, read: (cursor) => cursor.u64(), list: (buffer) => new BigUint64Array(buffer) },
  11: { bytes: 8, read: (cursor) => cursor.i64(), list: (buffer) => new BigInt64Array(buffer) },
  12: number(
    8,
    (view, at, little) => view.getFloat64(at, little),
    (buffer) => new Float64Array(buffer),
  ),
};

function kindOf(id: number, what: string): Kind {
  const kind = kinds[id];
  if (kind !== undefined) return kind;
  const reason = id === kindIds.list ? "a list of lists" : `of unknown kind ${id}`;
  throw new GgufProblem("malformed", `${what} is ${reason}`);
}

/** Puts numbers of `width` bytes into this machine's order, in place. */
export function swapBytes(bytes: Buffer, width: number): void {
  if (width === 2) bytes.swap16();
  if (width === 4) bytes.swap32();
  if (width === 8) bytes.swap64();
}

function numbers(cursor: Cursor, count: number, width: number, list: Numbers): Memory {
  const copy = new ArrayBuffer(count * width);
  const bytes = Buffer.from(copy);
  bytes.set(cursor.bytes(count * width));
  if (!cursor.littleEndian) swapBytes(bytes, width);
  return list(copy);
}

function readList(cursor: Cursor, what: string): GgufEntry {
  const id = cursor.u32();
  const kind = kindOf(id, what);
  const count = cursor.size();
  cursor.expect(count, kind.bytes, `items of ${what}`);
  if (count > MOST_ITEMS) {
    throw new GgufProblem("malformed", `${what} has ${count} items, more than ${MOST_ITEMS}`);
  }
  const entry = { id: kindIds.list, items: id };
  if (kind.list !== undefined)
    return { kind: entry, value: numbers(cursor, count, kind.bytes, kind.list) };
  const items: unknown[] = [];
  for (let item = 0; item < count; item++) items.push(kind.read(cursor));
  return { kind: entry, value: items as string[] | boolean[] };
}

/** The value at the cursor; `what` names it in errors. */
export function readEntry(cursor: Cursor, what: string): GgufEntry {
  const id = cursor.u32();
  if (id === kindIds.list) return readList(cursor, what);
  return { kind: { id }, value: kindOf(id, what).read(cursor) };
}
