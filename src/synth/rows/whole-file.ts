// A file that is written piece by piece and is there whole or not at all.
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { replaceFileAtomic, temporaryNameFor } from "../../core/atomic-files.ts";
import { makeFolders } from "../../core/folders.ts";

const bufferedCharacters = 256 * 1024;

export class WholeFile {
  readonly #target: string;
  readonly #temporary: string;
  #file: number | undefined;
  #pieces: string[] = [];
  #characters = 0;

  /** Makes missing folders. */
  constructor(path: string) {
    this.#target = resolve(path);
    makeFolders(dirname(this.#target));
    this.#temporary = temporaryNameFor(this.#target);
    this.#file = openSync(this.#temporary, "wx");
  }

  line(text: string): void {
    this.write(`${text}\n`);
  }

  write(text: string): void {
    this.#pieces.push(text);
    this.#characters += text.length;
    if (this.#characters > bufferedCharacters) this.#flush();
  }

  /** Gives the file its name. */
  async commit(): Promise<void> {
    this.#flush();
    this.#close();
    await replaceFileAtomic(this.#temporary, this.#target);
  }

  /** Leaves nothing, unless it was committed. */
  discard(): void {
    if (this.#file === undefined) return;
    this.#close();
    rmSync(this.#temporary, { force: true });
  }

  [Symbol.dispose](): void {
    this.discard();
  }

  #flush(): void {
    if (this.#file === undefined || this.#pieces.length === 0) return;
    const bytes = Buffer.from(this.#pieces.join(""), "utf8");
    // a write may take less than it is given
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
    this.#pieces = [];
    this.#characters = 0;
  }

  #close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}
