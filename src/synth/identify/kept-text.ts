// The text of a source that has gone by, to look slices up in: in memory while it is small, then in a file.
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const inMemory = 1 << 24;

export class KeptText {
  #text = "";
  #length = 0;
  #folder: string | undefined;
  #file = -1;

  add(text: string): void {
    this.#length += text.length;
    this.#text += text;
    if (this.#folder === undefined && this.#length <= inMemory) return;
    this.#spill();
  }

  #spill(): void {
    if (this.#folder === undefined) {
      this.#folder = mkdtempSync(join(tmpdir(), "ft-text-"));
      this.#file = openSync(join(this.#folder, "text"), "w+");
    }
    const bytes = Buffer.from(this.#text, "utf16le");
    const at = (this.#length - this.#text.length) * 2;
    for (let done = 0; done < bytes.length;)
      done += writeSync(this.#file, bytes, done, bytes.length - done, at + done);
    this.#text = "";
  }

  /** Undefined where the text does not reach. */
  slice(start: number, end: number): string | undefined {
    if (start < 0 || end > this.#length) return undefined;
    if (this.#folder === undefined) return this.#text.slice(start, end);
    const bytes = Buffer.alloc((end - start) * 2);
    const read = readSync(this.#file, bytes, 0, bytes.length, start * 2);
    return read === bytes.length ? bytes.toString("utf16le") : undefined;
  }

  close(): void {
    if (this.#folder === undefined) return;
    closeSync(this.#file);
    rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
    this.#length = 0;
  }
}
