// An open weight file of which parts are read into memory that is used again. Synchronous: tensors are read one by one.
import { closeSync, openSync, readSync } from "node:fs";
import { malformed } from "./weight-errors.ts";

export class FileRanges {
  readonly #path: string;
  readonly #file: number;
  /** Of the form, for a file that was cut. */
  readonly #truncatedCode: string;

  constructor(path: string, truncatedCode: string) {
    this.#path = path;
    this.#file = openSync(path, "r");
    this.#truncatedCode = truncatedCode;
  }

  /** @throws ModelError (exit 7) when the file has become shorter than its header was checked against. */
  fill(target: Uint8Array, position: number): void {
    let filled = 0;
    while (filled < target.length) {
      const length = target.length - filled;
      const read = readSync(this.#file, target, filled, length, position + filled);
      if (read === 0)
        throw malformed(this.#truncatedCode, this.#path, "truncated while it was read");
      filled += read;
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}
