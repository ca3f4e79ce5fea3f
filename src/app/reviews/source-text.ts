// The text of a document on the disk, two bytes a unit, so that any range of it is one short read: what places of
// conversations count in. The bytes are UTF-16, as JavaScript counts.
import { closeSync, existsSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolders } from "../../core/folders.ts";

/** Written as a document goes by. */
export class TextWriter implements Disposable {
  readonly #file: number;

  constructor(path: string) {
    makeFolders(dirname(path));
    this.#file = openSync(path, "w", 0o600);
  }

  write(text: string): void {
    const bytes = Buffer.from(text, "utf16le");
    for (let done = 0; done < bytes.length;) done += writeSync(this.#file, bytes, done);
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}

/** Empty where nothing was written. */
export class SourceText implements Disposable {
  readonly length: number;
  readonly #file: number | undefined;

  constructor(path: string) {
    this.#file = existsSync(path) ? openSync(path, "r") : undefined;
    this.length = this.#file === undefined ? 0 : Math.floor(fstatSync(this.#file).size / 2);
  }

  /** Undefined where the text does not reach. */
  slice(start: number, end: number): string | undefined {
    if (this.#file === undefined || start < 0 || end > this.length || end < start) return undefined;
    const bytes = Buffer.alloc((end - start) * 2);
    let done = 0;
    while (done < bytes.length) {
      const read = readSync(this.#file, bytes, done, bytes.length - done, start * 2 + done);
      if (read === 0) return undefined;
      done += read;
    }
    return bytes.toString("utf16le");
  }

  /** As much of the range as there is. */
  upTo(start: number, end: number): string {
    const from = Math.min(Math.max(0, start), this.length);
    return this.slice(from, Math.max(from, Math.min(end, this.length))) ?? "";
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }
}
