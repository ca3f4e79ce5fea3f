// Byte-pair merging, for counting: how many symbols are left when pairs are joined in the order of their ranks, the
// leftmost first among equals. In O(n log n), whatever the text. Knows no vocabulary: ranks are asked for.

/** Rank of the symbol from `start` to `end`, lower is joined earlier; -1 when there is none. */
export type RankOf = (start: number, end: number) => number;

/** Pairs waiting, least rank first, then leftmost. A key is rank · 2^31 + place. */
class PairQueue {
  #keys = new Float64Array(64);
  #size = 0;

  push(rank: number, place: number): void {
    if (this.#size === this.#keys.length) this.#grow();
    const key = rank * 2 ** 31 + place;
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#keys[parent]! <= key) break;
      this.#keys[at] = this.#keys[parent]!;
      at = parent;
    }
    this.#keys[at] = key;
  }

  /** Undefined when it is empty. */
  pop(): { rank: number; place: number } | undefined {
    if (this.#size === 0) return undefined;
    const least = this.#keys[0]!;
    this.#sink(this.#keys[--this.#size]!);
    const rank = Math.floor(least / 2 ** 31);
    return { rank, place: least - rank * 2 ** 31 };
  }

  #sink(key: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#keys[child + 1]! < this.#keys[child]!) child++;
      if (this.#keys[child]! >= key) break;
      this.#keys[at] = this.#keys[child]!;
      at = child;
    }
    this.#keys[at] = key;
  }

  #grow(): void {
    const larger = new Float64Array(2 * this.#keys.length);
    larger.set(this.#keys);
    this.#keys = larger;
  }
}

/** Symbols as a chain over the places where they start. */
class Chain {
  readonly next: Int32Array;
  readonly #before: Int32Array;
  /** Of the pair that begins here; -1 for none, -2 for a place that is no start any more. */
  readonly rank: Int32Array;
  readonly #starts: Int32Array;
  readonly #rankOf: RankOf;
  readonly #queue = new PairQueue();

  constructor(starts: Int32Array, rankOf: RankOf) {
    const count = starts.length - 1;
    this.#starts = starts;
    this.#rankOf = rankOf;
    this.next = Int32Array.from({ length: count }, (_, at) => at + 1);
    this.#before = Int32Array.from({ length: count }, (_, at) => at - 1);
    this.rank = new Int32Array(count).fill(-1);
    for (let at = 0; at < count; at++) this.#look(at);
  }

  /** Joins all that can be; calls `merged` for each join. */
  run(merged: () => void): void {
    for (let pair = this.#queue.pop(); pair !== undefined; pair = this.#queue.pop()) {
      if (this.rank[pair.place] !== pair.rank) continue;
      this.#join(pair.place);
      merged();
    }
  }

  #join(at: number): void {
    const gone = this.next[at]!;
    const after = this.next[gone]!;
    this.rank[gone] = -2;
    this.next[at] = after;
    if (after < this.next.length) this.#before[after] = at;
    this.#look(at);
    if (this.#before[at]! >= 0) this.#look(this.#before[at]!);
  }

  #look(at: number): void {
    const second = this.next[at]!;
    const count = this.next.length;
    const rank =
      second >= count ? -1 : this.#rankOf(this.#starts[at]!, this.#starts[this.next[second]!]!);
    this.rank[at] = rank;
    if (rank >= 0) this.#queue.push(rank, at);
  }
}

/** Symbols left. `starts` are the first symbols' places and, last, the end of the text. */
export function mergedCount(starts: Int32Array, rankOf: RankOf): number {
  let count = starts.length - 1;
  if (count < 2) return count;
  new Chain(starts, rankOf).run(() => count--);
  return count;
}

/** Places of the symbols left, and the end. */
export function mergedStarts(starts: Int32Array, rankOf: RankOf): number[] {
  const chain = new Chain(starts, rankOf);
  chain.run(() => undefined);
  const left: number[] = [];
  for (let at = 0; at < chain.next.length; at = chain.next[at]!) left.push(starts[at]!);
  return [...left, starts.at(-1)!];
}
