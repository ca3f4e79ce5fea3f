// Remembers texts of millions of rows by 64 bits each, and the line of the first of them: 12 bytes a place, half of the
// places free. Two different texts in 10^9 rows are taken for one with a chance of about 3 in 100.
import { createHash } from "node:crypto";

export class SeenHashes {
  #high = new Uint32Array(1024);
  #low = new Uint32Array(1024);
  /** 0 is a free place. */
  #line = new Uint32Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  #place(high: number, low: number): number {
    const mask = this.#line.length - 1;
    let at = low & mask;
    while (this.#line[at] !== 0 && (this.#high[at] !== high || this.#low[at] !== low))
      at = (at + 1) & mask;
    return at;
  }

  #grow(): void {
    const [high, low, line] = [this.#high, this.#low, this.#line];
    const length = line.length * 2;
    this.#high = new Uint32Array(length);
    this.#low = new Uint32Array(length);
    this.#line = new Uint32Array(length);
    for (let at = 0; at < line.length; at++) {
      if (line[at] !== 0) this.#set(high[at] ?? 0, low[at] ?? 0, line[at] ?? 0);
    }
  }

  #set(high: number, low: number, line: number): void {
    const at = this.#place(high, low);
    this.#high[at] = high;
    this.#low[at] = low;
    this.#line[at] = line;
  }

  /** The line of the first text that equals this one; undefined for a new one. */
  find(text: string): number | undefined {
    const [high, low] = halves(text);
    return this.#line[this.#place(high, low)] || undefined;
  }

  /** As `find`, and remembers a new one as of `line`, from 1. */
  add(text: string, line: number): number | undefined {
    const [high, low] = halves(text);
    const first = this.#line[this.#place(high, low)];
    if (first !== 0) return first;
    if (++this.#size * 2 > this.#line.length) this.#grow();
    this.#set(high, low, line);
    return undefined;
  }
}

function halves(text: string): [number, number] {
  const digest = createHash("sha1").update(text).digest();
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
}
