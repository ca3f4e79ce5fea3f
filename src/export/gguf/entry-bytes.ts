// Keys and values of a .gguf file as bytes, in the kinds that they have. What they say is others' business.
import { type GgufEntries, type GgufEntry, kindIds } from "../../weights/gguf/entries.ts";
import type { GgufValue } from "../../weights/gguf/values.ts";

/** Bytes written one after another; the room doubles when it is full. */
export class ByteSink {
  #bytes = Buffer.alloc(2 ** 16);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was written; a view. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Where the next `count` bytes go. */
  #take(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(2 * this.#bytes.length, this.#length));
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    return at;
  }

  u32(value: number): void {
    const at = this.#take(4);
    this.#bytes.writeUInt32LE(value, at);
  }

  u64(value: number | bigint): void {
    const at = this.#take(8);
    if (typeof value === "bigint") this.#bytes.writeBigUInt64LE(value, at);
    else {
      this.#bytes.writeUInt32LE(value % 2 ** 32, at);
      this.#bytes.writeUInt32LE(Math.floor(value / 2 ** 32), at + 4);
    }
  }

  /** Its length first. */
  text(value: string): void {
    const count = Buffer.byteLength(value);
    this.u64(count);
    const at = this.#take(count);
    this.#bytes.write(value, at);
  }

  raw(bytes: Uint8Array): void {
    const at = this.#take(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Zeros up to a multiple of `alignment`. */
  pad(alignment: number): void {
    this.#take((alignment - (this.#length % alignment)) % alignment);
  }
}

type Write = (sink: ByteSink, value: number | bigint) => void;

function number(bytes: number, set: (view: DataView, value: never) => void): Write {
  return (sink, value) => {
    const view = new DataView(new ArrayBuffer(bytes));
    set(view, value as never);
    sink.raw(new Uint8Array(view.buffer));
  };
}

const numbers: Readonly<Record<number, Write>> = {
  [kindIds.u8]: number(1, (view, value) => view.setUint8(0, value)),
  [kindIds.i8]: number(1, (view, value) => view.setInt8(0, value)),
  [kindIds.u16]: number(2, (view, value) => view.setUint16(0, value, true)),
  [kindIds.i16]: number(2, (view, value) => view.setInt16(0, value, true)),
  [kindIds.u32]: number(4, (view, value) => view.setUint32(0, value, true)),
  [kindIds.i32]: number(4, (view, value) => view.setInt32(0, value, true)),
  [kindIds.f32]: number(4, (view, value) => view.setFloat32(0, value, true)),
  [kindIds.u64]: (sink, value) => sink.u64(value),
  [kindIds.i64]: (sink, value) => sink.u64(BigInt.asUintN(64, BigInt(value))),
  [kindIds.f64]: number(8, (view, value) => view.setFloat64(0, value, true)),
};

function writeValue(sink: ByteSink, kind: number, value: GgufValue): void {
  if (typeof value === "string") sink.text(value);
  else if (typeof value === "boolean") sink.raw(Uint8Array.of(value ? 1 : 0));
  else numbers[kind]?.(sink, value as number | bigint);
}

function writeList(sink: ByteSink, items: number, value: GgufValue): void {
  sink.u32(items);
  if (ArrayBuffer.isView(value)) {
    sink.u64(value.length);
    // typed arrays are in this machine's order, which is the files' (see mx)
    sink.raw(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    return;
  }
  const all = value as readonly (string | boolean)[];
  sink.u64(all.length);
  for (const item of all) writeValue(sink, items, item);
}

function writeEntry(sink: ByteSink, { kind, value }: GgufEntry): void {
  sink.u32(kind.id);
  if (kind.items === undefined) writeValue(sink, kind.id, value);
  else writeList(sink, kind.items, value);
}

/** Every key with its value. */
export function writeEntries(sink: ByteSink, entries: GgufEntries): void {
  for (const [key, entry] of entries) {
    sink.text(key);
    writeEntry(sink, entry);
  }
}
