// Which rows may be near-duplicates: those that agree in a band of their sketches (locality-sensitive hashing). Few rows
// are compared with narrow bands, which find also what is edited much; many with wider ones, so that work grows with
// the rows rather than with their square. Verifies nothing.
import { mixed } from "./normal-text.ts";
import { sharedNumbers, sketchSize } from "./sketch.ts";

/** Candidates kept for a row: those that share most. */
export const keptCandidates = 8;
/** Rows of one band's bucket that a row is compared with, newest first: a bucket of thousands tells nothing. */
const mostCompared = { few: 64, many: 16 };

/** So few are compared by short pieces and narrow bands. */
export const fewRows = 5000;

/** Numbers a band. Two texts that share half of their pieces meet with 99.99 %, 99.6 %, 87 %. */
function bandWidth(rows: number): number {
  if (rows <= fewRows) return 2;
  return rows <= 200_000 ? 3 : 4;
}

/** For each row the earlier rows that may be its duplicates, most alike first. */
export class Candidates {
  readonly #rows: Int32Array;
  readonly #shared: Uint8Array;

  constructor(count: number) {
    this.#rows = new Int32Array(count * keptCandidates).fill(-1);
    this.#shared = new Uint8Array(count * keptCandidates);
  }

  offer(row: number, other: number, shared: number): void {
    const start = row * keptCandidates;
    const end = start + keptCandidates;
    for (let at = start; at < end; at++) if (this.#rows[at] === other) return;
    let at = end - 1;
    if (this.#shared[at]! >= shared) return;
    for (; at > start && this.#shared[at - 1]! < shared; at--) {
      this.#shared[at] = this.#shared[at - 1]!;
      this.#rows[at] = this.#rows[at - 1]!;
    }
    this.#shared[at] = shared;
    this.#rows[at] = other;
  }

  *of(row: number): Generator<{ other: number; shared: number }> {
    for (let at = row * keptCandidates; at < (row + 1) * keptCandidates; at++) {
      if (this.#rows[at] === -1) return;
      yield { other: this.#rows[at]!, shared: this.#shared[at]! / sketchSize };
    }
  }
}

interface Sketches {
  readonly values: Uint16Array;
  readonly count: number;
  /** Rows that are compared: not those that stand for nothing any more. */
  has(row: number): boolean;
}

/** A table of one band: rows with one key are a chain, newest first. */
class Buckets {
  readonly #heads: Int32Array;
  readonly #next: Int32Array;
  readonly #keys: Uint32Array;
  readonly #most: number;

  constructor(count: number) {
    this.#most = count <= fewRows ? mostCompared.few : mostCompared.many;
    this.#heads = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(2, 2 * count))));
    this.#next = new Int32Array(count);
    this.#keys = new Uint32Array(count);
  }

  clear(): void {
    this.#heads.fill(-1);
  }

  /** Calls `met` for the rows with this key, then puts the row among them. */
  add(row: number, key: number, met: (other: number) => void): void {
    const slot = key & (this.#heads.length - 1);
    let left = this.#most;
    for (let other = this.#heads[slot]!; other !== -1 && left > 0; other = this.#next[other]!) {
      if (this.#keys[other] !== key) continue;
      met(other);
      left--;
    }
    this.#keys[row] = key;
    this.#next[row] = this.#heads[slot]!;
    this.#heads[slot] = row;
  }
}

function bandKey(values: Uint16Array, start: number, width: number): number {
  let key = 0x9747b28c;
  for (let at = start; at < start + width; at++) key = mixed(key ^ values[at]!);
  return key;
}

/** Pairs that share at least `least` of their sketches, of 0 … 1. */
export function findCandidates(sketches: Sketches, least: number): Candidates {
  const { values, count } = sketches;
  const found = new Candidates(count);
  const width = bandWidth(count);
  const enough = Math.ceil(least * sketchSize);
  const buckets = new Buckets(count);
  for (let band = 0; band + width <= sketchSize; band += width) {
    buckets.clear();
    for (let row = 0; row < count; row++) {
      if (!sketches.has(row)) continue;
      buckets.add(row, bandKey(values, row * sketchSize + band, width), (other) => {
        const shared = sharedNumbers(values, { first: row, second: other, least: enough });
        if (shared >= enough) found.offer(row, other, shared);
      });
    }
  }
  return found;
}
