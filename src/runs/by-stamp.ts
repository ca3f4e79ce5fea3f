// What was read of files that seldom change, kept by their stamps for whoever asks again and again: read anew as soon as one
// of them is another, longer, shorter or written later. Whatever is kept is not to be changed by whoever gets it.
import { statSync } from "node:fs";

/** Another one whenever a file is; of one that is not there, empty. */
export function stampOf(file: string): string {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? "" : `${found.ino} ${found.size} ${found.mtimeNs}`;
}

export class ByStamp<T> {
  readonly #kept = new Map<string, { stamp: string; value: T }>();
  readonly #most: number;

  /** Of `most` things; of more, those that were asked for last. */
  constructor(most = 10_000) {
    this.#most = most;
  }

  /** What `read` gave when the files were as they are now. */
  get(key: string, files: readonly string[], read: () => T): T {
    const stamp = files.map(stampOf).join(" | ");
    const before = this.#kept.get(key);
    const value = before?.stamp === stamp ? before.value : read();
    this.#kept.delete(key);
    this.#kept.set(key, { stamp, value });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > this.#most && oldest !== undefined) this.#kept.delete(oldest);
    return value;
  }
}
