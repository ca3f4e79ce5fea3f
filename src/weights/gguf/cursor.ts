// Reads numbers and texts one after another from the beginning of a file, never beyond what the file has.
// Knows nothing of what they mean; a length is checked against the file before anything is allocated for it.
import { isUtf8 } from "node:buffer";

/** What is wrong with a GGUF file; header.ts adds the file's name. */
export class GgufProblem extends Error {
  readonly kind: "truncated" | "malformed";

  constructor(kind: "truncated" | "malformed", message: string) {
    super(message);
    this.kind = kind;
  }
}

/** The bytes at hand end here, the file does not: read at least so many of it, and begin again. */
export class MoreNeeded extends Error {
  readonly bytes: number;

  constructor(bytes: number) {
    super(`the first ${bytes} bytes are needed`);
    this.bytes = bytes;
  }
}

export interface Opening {
  /** The first bytes of the file. */
  prefix: Uint8Array;
  /** Of the whole file. */
  fileBytes: number;
  littleEndian: boolean;
}

export class Cursor {
  readonly littleEndian: boolean;
  readonly #prefix: Buffer;
  readonly #view: DataView;
  readonly #fileBytes: number;
  #position = 0;

  constructor({ prefix, fileBytes, littleEndian }: Opening) {
    this.littleEndian = littleEndian;
    this.#prefix = Buffer.from(prefix.buffer, prefix.byteOffset, prefix.byteLength);
    this.#view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
    this.#fileBytes = fileBytes;
  }

  get position(): number {
    return this.#position;
  }

  /** Steps over `count` bytes and returns where they begin. */
  #take(count: number): number {
    const start = this.#position;
    const end = start + count;
    if (end > this.#fileBytes) {
      const message = `its header goes on beyond byte ${start}, the file has ${this.#fileBytes}`;
      throw new GgufProblem("truncated", message);
    }
    if (end > this.#prefix.length) throw new MoreNeeded(end);
    this.#position = end;
    return start;
  }

  /** Throws when the rest of the file cannot hold `count` things of at least `each` bytes. */
  expect(count: number, each: number, what: string): void {
    if (count * each <= this.#fileBytes - this.#position) return;
    const message = `it announces ${count} ${what}, more than the file can hold`;
    throw new GgufProblem("truncated", message);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), this.littleEndian);
  }

  /** A count, length or offset. */
  size(): number {
    const value = this.u64();
    if (typeof value === "number") return value;
    throw new GgufProblem("malformed", `${value} is no possible count or offset`);
  }

  /** As a bigint only when it is not a safe integer. */
  u64(): number | bigint {
    return narrow(this.#view.getBigUint64(this.#take(8), this.littleEndian));
  }

  i64(): number | bigint {
    return narrow(this.#view.getBigInt64(this.#take(8), this.littleEndian));
  }

  /** A view on the file's bytes; copy what is to be kept. */
  bytes(count: number): Buffer {
    const start = this.#take(count);
    return this.#prefix.subarray(start, start + count);
  }

  /** The view and the place of `count` bytes, for numbers of other kinds. */
  field(count: number): readonly [DataView, number] {
    return [this.#view, this.#take(count)];
  }

  text(longest: number, what: string): string {
    const length = this.size();
    this.expect(length, 1, `bytes of ${what}`);
    if (length > longest) {
      throw new GgufProblem("malformed", `${what} of ${length} bytes, more than ${longest}`);
    }
    const bytes = this.bytes(length);
    // Ten times as fast as TextDecoder on the hundred thousand short texts of a vocabulary.
    if (isUtf8(bytes)) return bytes.toString("utf8");
    throw new GgufProblem("malformed", `${what} before byte ${this.#position} is not UTF-8`);
  }
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
