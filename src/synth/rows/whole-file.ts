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
  #lines: string[] = [];
  #characters = 0;

  /** Makes missing folders. */
  constructor(path: string) {
    this.#target = resolve(path);
    makeFolders(dirname(this.#target));
    this.#temporary = temporaryNameFor(this.#target);
    this.#file = openSync(this.#temporary, "wx");
  }

  line(text: string): void {
    this.#lines.push(text);
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
    if (this.#file === undefined || this.#lines.length === 0) return;
    writeSync(this.#file, `${this.#lines.join("\n")}\n`);
    this.#lines = [];
    this.#characters = 0;
  }

  #close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}
