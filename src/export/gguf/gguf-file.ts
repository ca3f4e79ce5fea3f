// A .gguf file, version 3: its header first, then one tensor after another, so that no more than one of them is in
// memory. Gives no file its final name: who calls does, when all is there. Format: github.com/ggml-org/ggml, docs/gguf.md.
import { openSync } from "node:fs";
import { elementCount } from "../../core/element-count.ts";
import type { GgufEntries } from "../../weights/gguf/entries.ts";
import { type GgufTypeFacts, ggufTypeNamed } from "../../weights/gguf/types.ts";
import { closeSynced, writeAt } from "../../weights/index.ts";
import { ByteSink, writeEntries } from "./entry-bytes.ts";

const VERSION = 3;
/** Of the format, where a file does not say another; each tensor begins at a multiple of it. */
const ALIGNMENT = 32;

/** A tensor that is going to be written. */
export interface GgufPlanned {
  name: string;
  /** The element type's name. */
  type: string;
  /** Row-major. */
  shape: readonly number[];
}

/** Bytes that its data take. */
export function ggufBytesOf({ type, shape }: GgufPlanned): number {
  const { blockSize, blockBytes }: GgufTypeFacts = ggufTypeNamed(type);
  return (elementCount(shape) / blockSize) * blockBytes;
}

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

interface Layout {
  header: Uint8Array;
  /** Of each tensor, from the beginning of the file. */
  places: Map<string, number>;
  /** Of the whole file. */
  bytes: number;
}

export function ggufLayout(entries: GgufEntries, tensors: readonly GgufPlanned[]): Layout {
  const sink = new ByteSink();
  sink.raw(Buffer.from("GGUF"));
  sink.u32(VERSION);
  sink.u64(tensors.length);
  sink.u64(entries.size);
  writeEntries(sink, entries);
  const places = new Map<string, number>();
  let end = 0;
  for (const tensor of tensors) {
    const { name, type, shape } = tensor;
    sink.text(name);
    sink.u32(shape.length);
    for (const length of shape.toReversed()) sink.u64(length);
    sink.u32(ggufTypeNamed(type).id);
    sink.u64(end);
    places.set(name, end);
    end += aligned(ggufBytesOf(tensor));
  }
  sink.pad(ALIGNMENT);
  for (const [name, place] of places) places.set(name, sink.length + place);
  return { header: sink.bytes, places, bytes: sink.length + end };
}

export class GgufFileWriter {
  readonly #file: number;
  readonly #places: ReadonlyMap<string, number>;

  /** Makes the file, which must not be there. Throws the file system's error. */
  constructor(path: string, { header, places, bytes }: Layout) {
    this.#places = places;
    this.#file = openSync(path, "wx");
    writeAt(this.#file, header, 0);
    // what follows the last tensor is padding that no tensor writes
    if (bytes > header.length) writeAt(this.#file, new Uint8Array(1), bytes - 1);
  }

  /** `bytes` of the tensor's data from its byte `offset` on. */
  write(name: string, bytes: Uint8Array, offset = 0): void {
    const place = this.#places.get(name);
    if (place === undefined) throw new RangeError(`'${name}' was not told`);
    writeAt(this.#file, bytes, place + offset);
  }

  /** What was written lies on the disk afterwards. */
  close(): void {
    closeSynced(this.#file);
  }
}
