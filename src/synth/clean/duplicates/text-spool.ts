import { randomBytes } from "node:crypto";
// Texts by their number, kept in memory while they are few and in a file without a name after that.
import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Bytes kept in memory. */
const room = 128 * 1024 * 1024;

/** Numbers that grow with what is put in. */
class Offsets {
  #values = new Float64Array(1024);
  length = 1;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = new Float64Array(2 * this.length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = value;
  }

  at(index: number): number {
    return this.#values[index] ?? 0;
  }
}

export class TextSpool {
  readonly #offsets = new Offsets();
  #chunks: Uint8Array[] = [];
  #chunkBytes = 0;
  #file: number | undefined;
  #written = 0;

  get count(): number {
    return this.#offsets.length - 1;
  }

  /** Texts in UTF-8, one behind the other, and where each ends. */
  append(bytes: Uint8Array, ends: Uint32Array): void {
    const before = this.#written + this.#chunkBytes;
    for (const end of ends) this.#offsets.push(before + end);
    this.#chunks.push(bytes);
    this.#chunkBytes += bytes.length;
    if (this.#chunkBytes > room) this.#flush();
  }

  /** The text that was put in as the `index`th, from 0. */
  get(index: number): string {
    const [start, end] = [this.#offsets.at(index), this.#offsets.at(index + 1)];
    const bytes = Buffer.alloc(end - start);
    if (start < this.#written && this.#file !== undefined)
      readSync(this.#file, bytes, 0, end - start, start);
    else this.#copyFromMemory(bytes, start);
    return bytes.toString("utf8");
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.#chunks = [];
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** A text never lies in two chunks. */
  #copyFromMemory(target: Buffer, start: number): void {
    let at = this.#written;
    for (const chunk of this.#chunks) {
      if (start < at + chunk.length) {
        target.set(chunk.subarray(start - at, start - at + target.length));
        return;
      }
      at += chunk.length;
    }
  }

  #flush(): void {
    this.#file ??= namelessFile();
    for (const chunk of this.#chunks) {
      writeSync(this.#file, chunk, 0, chunk.length, this.#written);
      this.#written += chunk.length;
    }
    this.#chunks = [];
    this.#chunkBytes = 0;
  }
}

/** Gone when it is closed, or the process ends however it may. */
function namelessFile(): number {
  const path = join(tmpdir(), `ft-texts-${process.pid}-${randomBytes(4).toString("hex")}`);
  const file = openSync(path, "wx+", 0o600);
  rmSync(path);
  return file;
}
